import type { GraphBuilder } from '../ir/builder.ts'
import { nodesOf, type Graph } from '../ir/graph.ts'
import { isOp, type Node } from '../ir/node.ts'
import { operands, transposedSource } from './match.ts'
import { rebuild } from './rebuild.ts'

/**
 * The row sums of (x v^T) * p are those of x * (p v), which has fewer columns. In the gradient of
 * attention p are the probabilities, and p v is there already (Dao et al. 2022, equation 4).
 */
export function sumRowsAfter(b: GraphBuilder, graph: Graph): Graph {
  const products = new Set(
    nodesOf(graph)
      .filter(({ op }) => op === 'MatMul')
      .map(operandsOf),
  )
  return rebuild(b, graph, (node, original) => {
    const match = matchRows(node)
    const before = matchRows(original)
    if (match === undefined || !products.has(keyOf(before!.p, before!.v))) return undefined
    const { axes, keepDims } = (node as Node<'ReduceSum'>).attributes
    return b.reduceSum(b.mul(match.x, b.matMul(match.p, match.v)), axes, keepDims)
  })
}

function matchRows(
  node: Node,
): { readonly x: Node; readonly p: Node; readonly v: Node } | undefined {
  if (!isOp(node, 'ReduceSum')) return undefined
  const [weighted] = node.inputs
  const { axes } = node.attributes
  if (axes.length !== 1 || axes[0] !== weighted!.shape.length - 1) return undefined
  const [product, p] = operands(weighted, 'Mul')
  const [x, transposed] = operands(product, 'MatMul')
  const v = transposedSource(transposed)
  return v === undefined ? undefined : { x: x!, p: p!, v }
}

function operandsOf({ inputs: [left, right] }: Node): string {
  return keyOf(left!, right!)
}

function keyOf(left: Node, right: Node): string {
  return `${left.id} ${right.id}`
}
