import * as ort from 'onnxruntime-node'
import type { DeviceName } from '../../core/devices.ts'
import type { HostTensor } from '../../engine/executor.ts'
import { keepsHeap } from './heap.ts'

/** A device of onnxruntime. */
export type Provider = Exclude<DeviceName, 'tfjs'>

export interface OrtOptions {
  readonly threads: number
  readonly provider?: Provider
  /** How many steps are made in one run; the provider's own number, where none is given. */
  readonly stepsPerRun?: number
}

/**
 * The CPU computes where the store lies, and WebGPU keeps it. The others have no bindings in Node, so that
 * weights and moments go there and back with every run: that of several steps (decision 015).
 */
export const stepsPerRun: Record<Provider, number> = {
  cpu: 1,
  webgpu: 1,
  cuda: 8,
  dml: 8,
  coreml: 8,
}

export interface SessionExtras {
  /** Those outputs stay on the device; the others come back to the host. */
  readonly onDevice?: readonly string[]
  /** What fails is expected to, and is not to stand in the log. */
  readonly isTrial?: boolean
}

export function openSession(
  model: Uint8Array,
  { threads, provider = 'cpu' }: OrtOptions,
  { onDevice = [], isTrial = false }: SessionExtras = {},
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // An arena keeps pages between steps; without it a fifth of a step is page faults. But each session has
    // its own, of each batch shape: where the C library keeps pages, that is enough. A memory pattern would
    // lay out the second run in a block of its own, beside what the first has left: twice the memory, and
    // no step was faster. DirectML refuses to start with one.
    enableCpuMemArena: !keepsHeap,
    enableMemPattern: false,
    ...(onDevice.length > 0 && {
      preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, 'gpu-buffer'])),
    }),
    logSeverityLevel: isTrial ? 4 : 3,
  })
}

/** The tensors of a store are seen by onnxruntime again and again. */
const seen = new WeakMap<HostTensor, ort.Tensor>()

export function toOrt(name: string, tensor: HostTensor | undefined): ort.Tensor {
  if (tensor === undefined) throw new Error(`${name} was not fed`)
  const known = seen.get(tensor) ?? new ort.Tensor(tensor.dtype, tensor.data, tensor.shape)
  seen.set(tensor, known)
  return known
}

export function fromOrt(tensor: ort.Tensor): HostTensor {
  return {
    dtype: tensor.type as HostTensor['dtype'],
    shape: tensor.dims,
    data: tensor.data as HostTensor['data'],
  }
}
