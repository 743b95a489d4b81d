import type { GraphBuilder } from '../ir/builder.ts'
import { inputsOf, nodesOf, type Graph } from '../ir/graph.ts'
import { isOp, type Dim, type Node, type Shape, type TensorType } from '../ir/node.ts'

/** Lengths by the names that a graph has for them. */
export type Lengths = ReadonlyMap<string, number>

/** What the names stand for in inputs of these shapes. */
export function lengthsOf(
  graph: Graph,
  shapeOf: (input: string) => readonly number[] | undefined,
): Lengths {
  const lengths = new Map<string, number>()
  for (const { attributes } of inputsOf(graph)) {
    const given = shapeOf(attributes.name)
    attributes.type.shape.forEach((dim, i) => {
      if (typeof dim === 'string' && given?.[i] !== undefined) lengths.set(dim, given[i])
    })
  }
  return lengths
}

/** The graph for these lengths alone, for executors that have to know every length. */
export function bindLengths(b: GraphBuilder, graph: Graph, lengths: Lengths): Graph {
  const bound = new Map<Node, Node>()
  for (const node of nodesOf(graph)) {
    const inputs = node.inputs.map((input) => bound.get(input)!)
    bound.set(node, b.node(node.op, inputs, attributesOf(node, lengths)))
  }
  const outputs = Object.entries(graph.outputs).map(([name, node]) => [name, bound.get(node)!])
  return { outputs: Object.fromEntries(outputs) as Graph['outputs'] }
}

function attributesOf(node: Node, lengths: Lengths): Node['attributes'] {
  const shaped = (shape: Shape) => shape.map((dim) => lengthOf(dim, lengths))
  const typed = ({ dtype, shape }: TensorType) => ({ dtype, shape: shaped(shape) })
  if (isOp(node, 'Input') || isOp(node, 'Fill')) {
    return { ...node.attributes, type: typed(node.attributes.type) }
  }
  if (isOp(node, 'Reshape') || isOp(node, 'Expand')) return { shape: shaped(node.attributes.shape) }
  return node.attributes
}

/** Sums of lengths and of multiples of them have names like `2*B+1`. */
function lengthOf(dim: Dim, lengths: Lengths): number {
  if (typeof dim === 'number') return dim
  const factor = (text: string) => {
    const value = /^\d+$/.test(text) ? Number(text) : lengths.get(text)
    if (value === undefined) throw new Error(`the length ${text} is not known`)
    return value
  }
  return dim
    .split('+')
    .map((term) => term.split('*').reduce((product, text) => product * factor(text), 1))
    .reduce((sum, term) => sum + term)
}
