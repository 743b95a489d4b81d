import type { Graph } from './ir/graph.ts'
import type { DType, Shape } from './ir/node.ts'

/** A tensor in the memory of the host. */
export interface HostTensor {
  readonly place: 'host'
  readonly dtype: DType
  readonly shape: readonly number[]
  /** float32: Float32Array, int64: BigInt64Array, bool: Uint8Array; row-major. */
  readonly data: Float32Array | BigInt64Array | Uint8Array
}

/** A tensor that only its executor can read. */
export interface DeviceTensor {
  readonly place: 'device'
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly handle: unknown
}

export type Tensor = HostTensor | DeviceTensor
export type Feeds = Readonly<Record<string, Tensor>>

/** A compiled graph. */
export interface Program {
  readonly inputs: readonly {
    readonly name: string
    readonly dtype: DType
    readonly shape: Shape
  }[]
  readonly outputs: readonly string[]
  /**
   * Runs once. Outputs named in `into` are written to those tensors, which must not be among the
   * feeds; the others come in new ones.
   */
  run(feeds: Feeds, into?: Readonly<Record<string, HostTensor>>): Promise<Record<string, Tensor>>
  dispose(): Promise<void>
}

/** Something that can run graphs: a provider of onnxruntime, a tfjs backend, the reference. */
export interface Executor {
  readonly name: string
  /** Takes a graph of primitives; fusing and emission are the executor's own business. */
  compile(graph: Graph): Promise<Program>
  dispose(): Promise<void>
}

export function floats(shape: readonly number[], data?: Float32Array): HostTensor {
  const size = shape.reduce((product, dim) => product * dim, 1)
  return { place: 'host', dtype: 'float32', shape, data: data ?? new Float32Array(size) }
}

export function integers(shape: readonly number[], values: ArrayLike<number>): HostTensor {
  const data = BigInt64Array.from({ length: values.length }, (_, i) => BigInt(values[i]!))
  return { place: 'host', dtype: 'int64', shape, data }
}

export function scalar(value: number): HostTensor {
  return floats([], Float32Array.of(value))
}

/** The values of a float tensor; device tensors are the executor's to read. */
export function floatData(tensor: Tensor | undefined): Float32Array {
  if (tensor?.place === 'host' && tensor.data instanceof Float32Array) return tensor.data
  throw new Error(`expected a float32 tensor of the host, got ${tensor?.place} ${tensor?.dtype}`)
}
