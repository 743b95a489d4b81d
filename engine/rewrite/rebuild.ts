import type { GraphBuilder } from '../ir/builder.ts'
import { nodesOf, type Graph } from '../ir/graph.ts'
import { sameShape, type Node } from '../ir/node.ts'

/** Gives another node for one whose inputs are already rewritten; `original` is what it was before. */
export type Replace = (node: Node, original: Node) => Node | undefined

/**
 * The frame of every rewrite: walks a graph from its inputs to its outputs and lets `replace` give
 * another node for each. `undefined` keeps it, and so does a node of another shape: rules that drop an operand of one element need not
 * think of what it broadcast. The graph given stays as it was, and may come from another builder.
 */
export function rebuild(b: GraphBuilder, graph: Graph, replace: Replace): Graph {
  const rewritten = new Map<Node, Node>()
  for (const node of nodesOf(graph)) {
    const inputs = node.inputs.map((input) => rewritten.get(input)!)
    const current = b.node(node.op, inputs, node.attributes)
    const other = replace(current, node)
    rewritten.set(node, other && sameShape(other.shape, current.shape) ? other : current)
  }
  const outputs = Object.entries(graph.outputs).map(([name, node]) => [name, rewritten.get(node)!])
  return { outputs: Object.fromEntries(outputs) as Graph['outputs'] }
}
