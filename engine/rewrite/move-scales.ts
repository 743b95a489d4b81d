import type { GraphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { isOp, type Node } from '../ir/node.ts'
import { fixpoint } from './fixpoint.ts'
import { countUses, operands, scalarOf } from './match.ts'

/**
 * Moves constant factors to where they cost nothing. A factor of a whole activation is a pass over
 * memory; that of a product of matrices goes into its kernel, that of a sum is applied to the sum.
 */
export function moveScales(b: GraphBuilder, graph: Graph): Graph {
  return fixpoint(b, graph, (current) => {
    const uses = countUses(current)
    return (node, original) =>
      onTerms(b, node, original, uses) ?? offOperands(b, node) ?? offSource(b, node)
  })
}

/** (x y + bias) * c is (x y) * c + bias * c, where nothing else reads the sum. */
function onTerms(
  b: GraphBuilder,
  node: Node,
  original: Node,
  uses: ReadonlyMap<Node, number>,
): Node | undefined {
  const [sum, factor] = operands(node, 'Mul')
  const scale = scalarOf(factor)
  if (scale === undefined || uses.get(original.inputs[0]!) !== 1) return undefined
  const [product, bias] = operands(sum, 'Add')
  if (product === undefined || !isOp(product, 'MatMul')) return undefined
  return isSmaller(bias!, product) ? b.add(b.mul(product, scale), b.mul(bias!, scale)) : undefined
}

/** Whether x is repeated along an axis of the other. */
function isSmaller(x: Node, than: Node): boolean {
  return x.shape.length < than.shape.length
}

/** (x * c) y is (x y) * c. */
function offOperands(b: GraphBuilder, node: Node): Node | undefined {
  if (!isOp(node, 'MatMul')) return undefined
  const [left, right] = node.inputs.map(scaled)
  const scale = (left?.scale ?? 1) * (right?.scale ?? 1)
  if (left === undefined && right === undefined) return undefined
  return b.mul(b.matMul(left?.x ?? node.inputs[0]!, right?.x ?? node.inputs[1]!), scale)
}

/** What only moves values, or adds them up, is done before they are multiplied. */
function offSource(b: GraphBuilder, node: Node): Node | undefined {
  if (!isOp(node, 'Transpose') && !isOp(node, 'Reshape') && !isOp(node, 'ReduceSum')) {
    return undefined
  }
  const source = scaled(node.inputs[0]!)
  return source && b.mul(b.node(node.op, [source.x], node.attributes), source.scale)
}

function scaled(node: Node): { readonly x: Node; readonly scale: number } | undefined {
  const [x, factor] = operands(node, 'Mul')
  const scale = scalarOf(factor)
  return scale === undefined ? undefined : { x: x!, scale }
}
