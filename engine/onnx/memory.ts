import type { Graph } from '../ir/graph.ts'
import { sameShape } from '../ir/node.ts'
import { bytesOf, kernelsOf, type Kernel, type Value } from './kernels.ts'

/** What a graph takes in onnxruntime's memory, in bytes. */
export interface GraphMemory {
  /** In use at the height of a run: results, and what kernels need by the way. */
  readonly peak: number
  /** Constants, folded ones too; there as long as the session. */
  readonly constants: number
  readonly kernels: number
}

/**
 * Computed as onnxruntime's planner does it for its CPU provider: in its order, results die with their
 * last reader, and the memory of a dead one is kept for the next of its shape before anything else is
 * asked for. Outputs in `placed` are written into memory of the caller. Every length must be known.
 */
export function memoryOf(graph: Graph, placed: ReadonlySet<string> = new Set()): GraphMemory {
  const { order, outputs, constants } = kernelsOf(graph)
  const results = new Map([...outputs].map(([name, value]) => [value, placed.has(name)]))
  const plan = new BufferPlan(order, results)
  return { peak: peakOf(order, plan), constants, kernels: order.length }
}

/** Memory for one value, and for others after it. */
interface Buffer {
  readonly value: Value
  readers: number
  /** The step that uses it last. */
  last: number
}

class BufferPlan {
  /** The buffers that a step begins, by step. */
  readonly begun: Value[][] = []
  readonly #buffers = new Map<Value, Buffer>()
  readonly #free: Buffer[] = []
  readonly #readers = new Map<Value, number>()
  /** Outputs of the graph, and whether the caller has memory for them. */
  readonly #results: ReadonlyMap<Value, boolean>

  constructor(order: readonly Kernel[], results: ReadonlyMap<Value, boolean>) {
    this.#results = results
    for (const { inputs } of order) {
      for (const value of inputs) this.#readers.set(value, (this.#readers.get(value) ?? 0) + 1)
    }
    order.forEach((kernel, step) => {
      this.begun[step] = []
      kernel.outputs.forEach((value, i) => {
        this.#place(value, i === 0 ? kernel : undefined, step)
      })
      for (const value of kernel.inputs) this.#read(value, step)
      for (const value of kernel.outputs) this.#drop(this.#buffers.get(value)!)
    })
  }

  /** The bytes that are free after each step. */
  freed(): number[] {
    const bytes: number[] = []
    for (const { value, last } of new Set(this.#buffers.values())) {
      if (!this.#results.has(value)) bytes[last] = (bytes[last] ?? 0) + value.bytes
    }
    return bytes
  }

  #place(value: Value, kernel: Kernel | undefined, step: number): void {
    const isResult = this.#results.has(value)
    const other = isResult ? undefined : (this.#shared(value, kernel) ?? this.#reused(value))
    const buffer = other ?? { value, readers: 0, last: step }
    buffer.readers += this.#readers.get(value) ?? 0
    // Nobody gets the memory of a result of the graph.
    if (isResult) buffer.readers = Infinity
    buffer.last = step
    this.#buffers.set(value, buffer)
    if (other === undefined && this.#results.get(value) !== true) this.begun[step]!.push(value)
  }

  /** The memory of the first input, where the kernel may or must use it. */
  #shared(value: Value, kernel: Kernel | undefined): Buffer | undefined {
    if (kernel === undefined || kernel.placement === 'own') return undefined
    const [input] = kernel.inputs as readonly [Value]
    const buffer = this.#buffers.get(input) ?? this.#given(input)
    if (kernel.placement === 'alias') return buffer
    return buffer.readers === 1 && isAlike(input, value) ? buffer : undefined
  }

  /** What is fed or constant is there for ever. */
  #given(value: Value): Buffer {
    const buffer = { value: { ...value, bytes: 0 }, readers: Infinity, last: 0 }
    this.#buffers.set(value, buffer)
    return buffer
  }

  #reused(value: Value): Buffer | undefined {
    if (value.shape.length === 0) return undefined
    const at = this.#free.findIndex((buffer) => isAlike(buffer.value, value))
    return at < 0 ? undefined : this.#free.splice(at, 1)[0]
  }

  #read(value: Value, step: number): void {
    const buffer = this.#buffers.get(value) ?? this.#given(value)
    buffer.readers--
    buffer.last = step
    this.#drop(buffer)
  }

  /** The memory that was freed last is taken first. */
  #drop(buffer: Buffer): void {
    if (buffer.readers === 0 && !this.#free.includes(buffer)) this.#free.unshift(buffer)
  }
}

function isAlike(one: Value, other: Value): boolean {
  const isSame = bytesOf(one) === bytesOf(other) && one.dtype === other.dtype
  return isSame && sameShape(one.shape, other.shape)
}

function peakOf(order: readonly Kernel[], plan: BufferPlan): number {
  const freed = plan.freed()
  let [live, peak] = [0, 0]
  order.forEach(({ scratch }, step) => {
    live += plan.begun[step]!.reduce((sum, { bytes }) => sum + bytes, 0)
    peak = Math.max(peak, live + scratch)
    live -= freed[step] ?? 0
  })
  return peak
}
