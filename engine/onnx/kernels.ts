import { nodesOf, type Graph } from '../ir/graph.ts'
import { isOp, sizeOf, type DType, type Node, type OpName, type TensorType } from '../ir/node.ts'
import { broadcastShapes, outputTypes } from '../ir/shape.ts'

/** What onnxruntime makes of an emitted graph, as far as its memory goes: kernels and their tensors. */

const elementBytes: Record<DType, number> = {
  float32: 4,
  float16: 2,
  int64: 8,
  int32: 4,
  int8: 1,
  uint8: 1,
  bool: 1,
}

/** The size of a tensor; every length must be known. */
export function bytesOf({ shape, dtype }: TensorType): number {
  return sizeOf(shape) * elementBytes[dtype]
}

/** A tensor that kernels write and read. */
export interface Value extends TensorType {
  /** `given`: fed by the caller, or constant; nobody frees it during a run. */
  readonly origin: 'given' | 'constant' | 'computed'
  readonly bytes: number
}

/**
 * Where a kernel puts its result: into memory of its own, or into that of its first input: where nobody
 * reads it any more (`inPlace`), or because it is the same under another shape (`alias`).
 */
export type Placement = 'own' | 'inPlace' | 'alias'

export interface Kernel {
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly placement: Placement
  /** Bytes that it needs by the way. */
  readonly scratch: number
}

export interface Kernels {
  /** As onnxruntime computes them, one after the other. */
  readonly order: readonly Kernel[]
  /** The values of the graph's outputs, by name. */
  readonly outputs: ReadonlyMap<string, Value>
  /** Bytes of constants, and of what onnxruntime computes of them when it loads the graph. */
  readonly constants: number
}

/**
 * As measured for the kernels of onnxruntime 1.30 on the CPU: arithmetic never works in place there
 * (decision 016).
 */
const inPlace: ReadonlySet<OpName> = new Set<OpName>([
  'Tanh',
  'Softmax',
  'LogSoftmax',
  'ScatterAdd',
])

export function kernelsOf(graph: Graph): Kernels {
  const lowering = new Lowering()
  for (const node of nodesOf(graph)) lowering.add(node)
  const outputs = new Map<string, Value>()
  for (const [name, node] of Object.entries(graph.outputs)) {
    const taken = new Set(outputs.values())
    const value = lowering.valueOf(node)
    const isCopy = value.origin !== 'computed' || taken.has(value)
    outputs.set(name, isCopy ? lowering.copyOf(value) : value)
  }
  return { order: inRuntimesOrder(lowering.kernels), outputs, constants: lowering.constants }
}

/** Kernels as `emit.ts` writes them, less those that onnxruntime computes when it loads the graph. */
class Lowering {
  readonly kernels: Kernel[] = []
  constants = 0
  readonly #values = new Map<Node, readonly Value[]>()
  readonly #spread = new Map<string, Value>()

  valueOf(node: Node): Value {
    return this.#values.get(node)![0]!
  }

  copyOf(value: Value): Value {
    const copy = computed(value)
    this.kernels.push({ inputs: [value], outputs: [copy], placement: 'own', scratch: 0 })
    return copy
  }

  add(node: Node): void {
    this.#values.set(node, this.#resultsOf(node))
  }

  #resultsOf(node: Node): readonly Value[] {
    if (isOp(node, 'Input')) return [{ ...computed(node), origin: 'given' }]
    if (isOp(node, 'Constant') || isOp(node, 'Fill')) return [this.#constant(node)]
    const inputs = node.inputs.map((input) => this.valueOf(input))
    if (isOp(node, 'StopGradient') || isOp(node, 'Boundary')) return inputs
    if (isOp(node, 'Pick')) return [this.#values.get(node.inputs[0]!)![node.attributes.index]!]
    const types = outputTypes(node)
    if (isOp(node, 'Reshape')) return this.#kernel(inputs, types, 'alias')
    if (isOp(node, 'ScatterAdd')) return this.#scatter(inputs as [Value, Value, Value], types)
    const placement = inPlace.has(node.op) ? 'inPlace' : 'own'
    return this.#kernel(inputs, types, placement, isOp(node, 'Where') ? selections(inputs) : 0)
  }

  #kernel(
    inputs: readonly Value[],
    types: readonly TensorType[],
    placement: Placement,
    scratch = 0,
  ): readonly Value[] {
    if (inputs.every(({ origin }) => origin === 'constant')) {
      return types.map((type) => this.#constant(type))
    }
    const outputs = types.map(computed)
    this.kernels.push({ inputs, outputs, placement, scratch })
    return outputs
  }

  /** ScatterElements wants an index for every element, and copies them all once more. */
  #scatter([data, indices, updates]: [Value, Value, Value], types: readonly TensorType[]) {
    const { shape } = updates
    const key = `${this.#numberOf(indices)} ${shape.join('x')}`
    const known = this.#spread.get(key)
    const [column] = known ? [known] : this.#kernel([indices], [{ shape, dtype: 'int64' }], 'own')
    this.#spread.set(key, column!)
    return this.#kernel([data, column!, updates], types, 'inPlace', bytesOf(column!))
  }

  #constant(type: TensorType): Value {
    const value = computed(type)
    this.constants += value.bytes
    return { ...value, origin: 'constant' }
  }

  readonly #numbers = new Map<Value, number>()

  #numberOf(value: Value): number {
    const number = this.#numbers.get(value) ?? this.#numbers.size
    this.#numbers.set(value, number)
    return number
  }
}

/** Where picks from both sides into tensors of their own before it merges them. */
function selections([condition, yes, no]: readonly Value[]): number {
  return [yes!, no!].reduce((sum, side) => {
    const shape = broadcastShapes('Where', condition!.shape, side.shape)
    return sum + bytesOf({ shape, dtype: side.dtype })
  }, 0)
}

function computed({ shape, dtype }: TensorType): Value {
  return { shape, dtype, origin: 'computed', bytes: bytesOf({ shape, dtype }) }
}

/**
 * The order of onnxruntime's sequential executor: depth first from the kernels whose results no other
 * reads, the one written last before the others, and at each kernel the input written last first.
 */
function inRuntimesOrder(kernels: readonly Kernel[]): Kernel[] {
  const makers = new Map(kernels.flatMap((kernel, i) => kernel.outputs.map((value) => [value, i])))
  const read = new Set(kernels.flatMap(({ inputs }) => inputs))
  const stack = kernels.flatMap(({ outputs }, at) =>
    outputs.some((value) => read.has(value)) ? [] : [{ at, isReady: false }],
  )
  const seen = new Set<number>()
  const order: Kernel[] = []
  while (stack.length > 0) {
    const { at, isReady } = stack.pop()!
    if (isReady) order.push(kernels[at]!)
    if (isReady || seen.has(at)) continue
    seen.add(at)
    stack.push({ at, isReady: true })
    const before = new Set(kernels[at]!.inputs.flatMap((value) => makers.get(value) ?? []))
    for (const maker of [...before].sort((a, b) => a - b)) stack.push({ at: maker, isReady: false })
  }
  return order
}
