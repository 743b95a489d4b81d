import * as v from 'valibot'
import type { ErrorRecord } from './errors.ts'

/**
 * What a job can compute on: the providers of onnxruntime (`dml` is DirectML), and `tfjs`, the native
 * TensorFlow of `@tensorflow/tfjs-node-gpu` where somebody has installed it.
 */
export const deviceNames = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml', 'tfjs'] as const
export type DeviceName = (typeof deviceNames)[number]

/** What each is called, in every language. */
export const deviceTitles: Record<DeviceName, string> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
  tfjs: 'TensorFlow.js',
}

export const DeviceSchema = v.picklist(deviceNames)

/** What a process that tried a device has found. */
export interface DeviceReport {
  readonly device: DeviceName
  /** What the hardware calls itself; null where it does not say. */
  readonly name: string | null
  /** Bytes; null where they cannot be known. */
  readonly memory: { readonly free: number; readonly total: number } | null
  /** Why it is not offered; null where it is, which its trial steps have earned it. */
  readonly fault: ErrorRecord | null
  /** Why it does not compute in float16; null where it does. */
  readonly noFloat16: ErrorRecord | null
}
