import { nextOf } from '../executor.ts'
import { nodesOf, type Graph } from '../ir/graph.ts'
import { isOp, sameShape, sizeOf, type Node } from '../ir/node.ts'
import { hasInstruction, isWide, loopFunction, operandsOf, type Loop } from './loop.ts'
import { wasmModule, type WasmFunction } from './module.ts'

/** A loop over tensors of a store. */
export interface LoopCall {
  /** The exported function of the module. */
  readonly function: string
  /** The tensors by name and the scalars by node, in the order of the function's parameters. */
  readonly tensors: readonly string[]
  readonly scalars: readonly Node[]
  /** Elements of each tensor. */
  readonly size: number
  /** The nodes whose values the sums are. */
  readonly sums: readonly Node[]
}

/** A graph as loops, with scalars before, between and after them. */
export interface LoopPlan {
  readonly module: Uint8Array
  /** What computes each sum; those of a loop are found together. */
  readonly sums: ReadonlyMap<Node, LoopCall>
  /** What leaves the next values, in place. */
  readonly writes: readonly LoopCall[]
  /** The outputs that are no next values. */
  readonly figures: readonly (readonly [name: string, node: Node])[]
  /** The tensors that the loops read or write, by name, and their elements. */
  readonly tensors: ReadonlyMap<string, number>
}

/**
 * Plans a graph that only moves tensors element by element, as an optimiser's update does: each
 * tensor is read and written once, where every op by itself would walk through memory. Tensors
 * that meet in some element are one loop; sums over all elements are taken in loops of their own, before
 * anything is written. Undefined where the graph does more than that.
 */
export function loopsOf(graph: Graph): LoopPlan | undefined {
  const nodes = nodesOf(graph)
  if (!nodes.every(isWithinLoops)) return undefined
  const inputs = new Map(
    nodes.filter((node) => isOp(node, 'Input')).map((one) => [nameOf(one), one]),
  )
  const written: [into: Node, value: Node][] = []
  const figures: [string, Node][] = []
  for (const [name, node] of Object.entries(graph.outputs)) {
    const into = [...inputs].find(([input]) => nextOf(input) === name)?.[1]
    if (into && isWide(into) && sameShape(into.shape, node.shape)) written.push([into, node])
    else if (!isWide(node)) figures.push([name, node])
    else return undefined
  }
  if (written.length === 0) return undefined
  const groups = new Groups()
  for (const node of nodes.filter(isWide)) groups.join(node, ...node.inputs.filter(isWide))
  for (const [into, value] of written) groups.join(into, value)

  const functions = new Functions()
  const writes = groupBy(written, ([into]) => groups.of(into)).map((some) =>
    functions.call({ writes: some, sums: [] }, []),
  )
  const reductions = nodes.filter((node) => isOp(node, 'ReduceSum') && isWide(node.inputs[0]!))
  const depth = depths(nodes)
  const sums = groupBy(reductions, ({ inputs: [x] }) => `${groups.of(x!).id} ${depth.get(x!)}`)
  const calls = sums.flatMap((some) => {
    const call = functions.call({ writes: [], sums: some.map(({ inputs }) => inputs[0]!) }, some)
    return some.map((node) => [node, call] as const)
  })
  const tensors = [...writes, ...calls.map(([, call]) => call)].flatMap((call) =>
    call.tensors.map((name) => [name, call.size] as const),
  )
  return {
    module: functions.module(),
    sums: new Map(calls),
    writes,
    figures,
    tensors: new Map(tensors),
  }
}

/** Wide nodes with an instruction, over wide ones of their own size and scalars; scalars; sums. */
function isWithinLoops(node: Node): boolean {
  const { op, inputs, shape } = node
  if (shape.some((dim) => typeof dim === 'string')) return false
  if (!isWide(node)) {
    if (!inputs.some(isWide)) return true
    return isOp(node, 'ReduceSum') && inputs[0]!.dtype === 'float32'
  }
  const isAlike = inputs.every((input) => !isWide(input) || sameShape(input.shape, shape))
  return node.dtype === 'float32' && (op === 'Input' || (hasInstruction(node) && isAlike))
}

/** How many sums lie one upon the other beneath each node. */
function depths(nodes: readonly Node[]): Map<Node, number> {
  const depth = new Map<Node, number>()
  for (const node of nodes) {
    const below = Math.max(0, ...node.inputs.map((input) => depth.get(input)!))
    const isSum = isOp(node, 'ReduceSum') && isWide(node.inputs[0]!)
    depth.set(node, below + Number(isSum))
  }
  return depth
}

/** The functions of a module; loops of the same form share one. */
class Functions {
  readonly #functions = new Map<string, WasmFunction>()

  call(loop: Loop, sums: readonly Node[]): LoopCall {
    const made = loopFunction(loop)
    const key = JSON.stringify(made)
    this.#functions.set(key, made)
    const { tensors, scalars } = operandsOf(loop)
    return {
      function: String([...this.#functions.keys()].indexOf(key)),
      tensors: tensors.map(nameOf),
      scalars,
      size: sizeOf(tensors[0]!.shape),
      sums,
    }
  }

  module(): Uint8Array {
    return wasmModule([...this.#functions.values()])
  }
}

/** Sets of nodes that grow together (union-find). */
class Groups {
  readonly #leaders = new Map<Node, Node>()

  of(node: Node): Node {
    const leader = this.#leaders.get(node)
    return leader === undefined || leader === node ? node : this.of(leader)
  }

  join(node: Node, ...others: readonly Node[]): void {
    for (const other of others) this.#leaders.set(this.of(other), this.of(node))
  }
}

function groupBy<T>(items: readonly T[], key: (item: T) => unknown): T[][] {
  return [...Map.groupBy(items, key).values()]
}

function nameOf(node: Node): string {
  return (node as Node<'Input'>).attributes.name
}
