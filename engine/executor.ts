import { inputsOf, type Graph } from './ir/graph.ts'
import type { DType, Shape } from './ir/node.ts'

/** A tensor in the memory of the host. */
export interface HostTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** float32: Float32Array, int64: BigInt64Array, bool: Uint8Array; row-major. */
  readonly data: Float32Array | BigInt64Array | Uint8Array
}

export type Feeds = Readonly<Record<string, HostTensor>>
export type NamedTensors = ReadonlyMap<string, HostTensor>

/**
 * Named tensors that stay where the executor computes: the weights and an optimiser's state. Programs of
 * its executor read them and leave their next values beside them.
 */
export interface Store {
  /** Makes the next values of the last run the current ones. */
  accept(): void
  /** Forgets the next values: what the last run read is as it was. */
  reject(): void
  /** Replaces current values by others of the same shape; the store keeps no hold of what is given. */
  write(tensors: NamedTensors): Promise<void>
  /** The current values; good until the next run. */
  read(names?: Iterable<string>): Promise<Map<string, HostTensor>>
  dispose(): Promise<void>
}

const next = 'new '

/** The output of a program that holds the next value of a tensor of the store. */
export const nextOf = (name: string) => `${next}${name}`

/** The tensor whose next value an output is. */
export const currentOf = (output: string) => output.slice(next.length)

/** A compiled graph. */
export interface Program {
  readonly inputs: readonly {
    readonly name: string
    readonly dtype: DType
    readonly shape: Shape
  }[]
  readonly outputs: readonly string[]
  /**
   * Runs once. Inputs that are not fed are taken from the store, and an output that is the next value of
   * one of the store's tensors stays there (`nextOf`); the others are the result.
   */
  run(feeds: Feeds, store?: Store): Promise<Record<string, HostTensor>>
  /**
   * Runs several times in one go, each run upon the next values of the one before, and gives the result
   * of each. The store then holds the last of them. There where the executor has `stepsPerRun`.
   */
  runBlock?(feeds: readonly Feeds[], store: Store): Promise<readonly Record<string, HostTensor>[]>
  dispose(): Promise<void>
}

/** What a program takes in memory, in bytes, beside what it is fed and the current values of its store. */
export interface ProgramMemory {
  /** While it is compiled or runs. */
  readonly run: number
  /** Between runs too, as long as the program is there. */
  readonly kept: number
  /** Tensors of the store whose next values lie beside them: one set for all programs. */
  readonly beside: readonly string[]
}

/** Something that can run graphs: a provider of onnxruntime, a tfjs backend, the reference. */
export interface Executor {
  readonly name: string
  /** Where tensors of the store travel with every run: how many runs are better made in one. */
  readonly stepsPerRun?: number
  /** A graph that does nothing but move a store's tensors changes them in place, in one pass. */
  readonly movesInPlace?: boolean
  /** Takes a graph of primitives; fusing and emission are the executor's own business. */
  compile(graph: Graph): Promise<Program>
  /**
   * What a program of this graph would take, which is not compiled for it, where the executor can tell.
   * Every length must be known.
   */
  memoryOf?(graph: Graph): ProgramMemory
  /** The store owns the tensors that it is made of. Programs will change those that are `moved`. */
  createStore(tensors: NamedTensors, moved?: Iterable<string>): Promise<Store>
  dispose(): Promise<void>
}

/** What a program of this graph is fed and gives. */
export function interfaceOf(graph: Graph): Pick<Program, 'inputs' | 'outputs'> {
  return {
    inputs: inputsOf(graph).map(({ attributes: { name, type } }) => ({ name, ...type })),
    outputs: Object.keys(graph.outputs),
  }
}

export function floats(shape: readonly number[], data?: Float32Array): HostTensor {
  const size = shape.reduce((product, dim) => product * dim, 1)
  return { dtype: 'float32', shape, data: data ?? new Float32Array(size) }
}

export function integers(shape: readonly number[], values: ArrayLike<number>): HostTensor {
  const data = BigInt64Array.from({ length: values.length }, (_, i) => BigInt(values[i]!))
  return { dtype: 'int64', shape, data }
}

export function scalar(value: number): HostTensor {
  return floats([], Float32Array.of(value))
}

/** The values of a float tensor. */
export function floatData(tensor: HostTensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data
  throw new Error(`expected a float32 tensor, got ${tensor?.dtype}`)
}
