import { nodesOf, type Graph } from '../ir/graph.ts'
import { isFloat, isOp, sizeOf, type Node } from '../ir/node.ts'

/** The inputs of a node of this op; none of any other. */
export function operands(node: Node | undefined, op: Node['op']): readonly (Node | undefined)[] {
  return node?.op === op ? node.inputs : []
}

/** The value of a float constant of one element. */
export function scalarOf(node: Node | undefined): number | undefined {
  const fits = node !== undefined && isOp(node, 'Constant') && isFloat(node.dtype)
  return fits && sizeOf(node.shape) === 1
    ? (node as Node<'Constant'>).attributes.values[0]
    : undefined
}

/** How often each node is read, outputs of the graph counted. */
export function countUses(graph: Graph): Map<Node, number> {
  const uses = new Map<Node, number>()
  const count = (node: Node) => uses.set(node, (uses.get(node) ?? 0) + 1)
  for (const node of nodesOf(graph)) node.inputs.forEach(count)
  Object.values(graph.outputs).forEach(count)
  return uses
}

/** The source of a transposition of the last two axes. */
export function transposedSource(node: Node | undefined): Node | undefined {
  if (node === undefined || !isOp(node, 'Transpose')) return undefined
  const { perm } = node.attributes
  const last = perm.length - 1
  const swapped = perm.every(
    (axis, i) => axis === (i === last ? last - 1 : i === last - 1 ? last : i),
  )
  return swapped ? node.inputs[0] : undefined
}
