import type { GraphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { isOp, sizeOf, type Node } from '../ir/node.ts'
import { rebuild } from './rebuild.ts'

/**
 * x (W + s B A)^T becomes x W^T + (s x A^T) B^T, for x [..., I], W [O, I], B [O, r], A [r, I]. To be
 * used before differentiation: no gradient of the size of W is computed then, where W is frozen.
 */
export function splitLowRank(b: GraphBuilder, graph: Graph): Graph {
  return rebuild(b, graph, (node) => {
    const sum = isOp(node, 'MatMul') ? transposed(node.inputs[1]!) : undefined
    const parts = sum && lowRankSum(sum)
    if (parts === undefined) return undefined
    const { weight, up, down, scale } = parts
    const [x] = node.inputs
    const narrow = b.mul(b.matMul(x!, b.transpose(down, [1, 0])), scale)
    const added = b.matMul(narrow, b.transpose(up, [1, 0]))
    return b.add(b.matMul(x!, b.transpose(weight, [1, 0])), added)
  })
}

/** What a node is the transposed matrix of. */
function transposed(node: Node): Node | undefined {
  return isOp(node, 'Transpose') && node.shape.length === 2 && node.attributes.perm[0] === 1
    ? node.inputs[0]
    : undefined
}

/** W + (B A) * s with a constant scalar s */
function lowRankSum(sum: Node) {
  if (!isOp(sum, 'Add')) return undefined
  const [weight, scaled] = sum.inputs
  if (!isOp(scaled!, 'Mul')) return undefined
  const [product, scale] = scaled.inputs
  if (!isOp(product!, 'MatMul') || !isOp(scale!, 'Constant') || sizeOf(scale.shape) !== 1) {
    return undefined
  }
  const [up, down] = product.inputs
  return { weight: weight!, up: up!, down: down!, scale }
}
