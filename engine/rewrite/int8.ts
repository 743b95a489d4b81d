import type { GraphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { isOp, knownShape, type Node } from '../ir/node.ts'
import { transposedSource } from './match.ts'
import { rebuild } from './rebuild.ts'

/**
 * Products with constant matrices in 8-bit integers, and constant tables stored so: a quarter of the
 * bytes. Weights have a scale for each output (row of a table), activations are quantized as they come,
 * with one scale for the whole tensor. A table that is read by rows and multiplied with, such as
 * the embeddings under a tied decoder, stays one constant.
 *
 * The operators are those of the ONNX standard, in the pattern that onnxruntime fuses into one kernel.
 * `bits` of a weight include its sign; fewer than 8 are for tests.
 */
export function quantizeWeights(b: GraphBuilder, graph: Graph, bits = 8): Graph {
  const tables = new Map<Node, Quantized>()
  const quantized = (matrix: Node<'Constant'>, outputs: Axis) => {
    const known = tables.get(matrix) ?? quantize(b, matrix, outputs, bits)
    tables.set(matrix, known)
    return known.outputs === outputs ? known : undefined
  }
  return rebuild(b, graph, (node) => {
    if (isOp(node, 'MatMul')) return integerProduct(b, node, quantized)
    if (isOp(node, 'Gather')) return readRows(b, node, quantized)
    return undefined
  })
}

/** The axis of a matrix that has a scale for each of its places. */
type Axis = 0 | 1

interface Quantized {
  /** int8, in the shape of the matrix. */
  readonly values: Node
  /** [length of the axis] */
  readonly scales: Node
  readonly outputs: Axis
}

/** None for a matrix that is quantized along its other axis. */
type Quantize = (matrix: Node<'Constant'>, outputs: Axis) => Quantized | undefined

function integerProduct(b: GraphBuilder, node: Node, quantized: Quantize): Node | undefined {
  const [x, right] = node.inputs as readonly [Node, Node]
  const source = transposedSource(right)
  const matrix = matrixOf(source ?? right)
  const weights = matrix && quantized(matrix, source === undefined ? 1 : 0)
  if (weights === undefined) return undefined
  const bytes = b.node('DynamicQuantizeLinear', [x], {})
  const [scale, zeroPoint] = [1, 2].map((index) => b.node('Pick', [bytes], { index }))
  const values = source === undefined ? weights.values : b.transpose(weights.values, [1, 0])
  const product = b.node('MatMulInteger', [bytes, values, zeroPoint!], {})
  return b.mul(b.cast(product, 'float32'), b.mul(scale!, weights.scales))
}

/** Rows of a table: only those that are read become floats. */
function readRows(b: GraphBuilder, node: Node<'Gather'>, quantized: Quantize): Node | undefined {
  const [table, indices] = node.inputs as readonly [Node, Node]
  const matrix = node.attributes.axis === 0 ? matrixOf(table) : undefined
  const rows = matrix && quantized(matrix, 0)
  if (rows === undefined) return undefined
  const values = b.cast(b.gather(rows.values, indices), 'float32')
  return b.mul(values, b.reshape(b.gather(rows.scales, indices), [...indices.shape, 1]))
}

function matrixOf(node: Node): Node<'Constant'> | undefined {
  const fits = isOp(node, 'Constant') && node.dtype === 'float32' && node.shape.length === 2
  return fits ? node : undefined
}

function quantize(
  b: GraphBuilder,
  matrix: Node<'Constant'>,
  outputs: Axis,
  bits: number,
): Quantized {
  const { values, name } = matrix.attributes
  const [rows, columns] = knownShape(matrix.shape) as readonly [number, number]
  const [count, length] = outputs === 0 ? [rows, columns] : [columns, rows]
  const place = (output: number, i: number) =>
    outputs === 0 ? output * columns + i : i * columns + output
  const scales = new Float32Array(count)
  const bytes = new Int8Array(values.length)
  for (let output = 0; output < count; output++) {
    const own = Float32Array.from({ length }, (_, i) => values[place(output, i)]!)
    const scale = Math.fround(largestPair(own) / (2 ** (bits - 1) - 1)) || 1
    own.forEach((value, i) => (bytes[place(output, i)] = Math.round(value / scale)))
    scales[output] = scale
  }
  return {
    values: b.constant('int8', matrix.shape, bytes, name && `${name}.int8`),
    scales: b.constant('float32', [count], scales, name && `${name}.scale`),
    outputs,
  }
}

/**
 * The largest sum of two neighbours (0 and 1, 2 and 3, ...) in which only one sign counts. x86 processors
 * without VNNI add the products of such a pair in 16 bits and cut off what does not fit, so the answers
 * would depend on the machine (onnxruntime#14642). With weights of up to 127 for this sum every pair
 * fits: after rounding it is 128 at most, and 255 * 128 < 2^15. That costs less than weights of 7 bits.
 */
function largestPair(weights: Float32Array): number {
  let largest = 0
  for (let i = 0; i < weights.length; i += 2) {
    const [p, q] = [weights[i]!, weights[i + 1] ?? 0]
    const sum = Math.max(p, 0) + Math.max(q, 0)
    largest = Math.max(largest, sum, sum - p - q)
  }
  return largest
}
