import type { GraphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { isOp } from '../ir/node.ts'
import { rebuild } from './rebuild.ts'

/**
 * Sums along the last axis as products with ones. onnxruntime's CPU adds up a row in another order where
 * the row begins elsewhere in memory; a product goes the same way for every row (decision 019).
 */
export function sumRowsByProducts(b: GraphBuilder, graph: Graph): Graph {
  return rebuild(b, graph, (node) => {
    if (!isOp(node, 'ReduceSum')) return undefined
    const [x] = node.inputs
    const { axes, keepDims } = node.attributes
    const columns = x!.shape.at(-1)
    const isRow = keepDims && axes.length === 1 && axes[0] === x!.shape.length - 1
    if (!isRow || typeof columns !== 'number') return undefined
    return b.matMul(x!, b.constant('float32', [columns, 1], new Array<number>(columns).fill(1)))
  })
}
