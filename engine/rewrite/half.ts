import type { GraphBuilder } from '../ir/builder.ts'
import { nodesOf, type Graph } from '../ir/graph.ts'
import { isOp, type DType, type Node, type OpName, type OpTable } from '../ir/node.ts'

/**
 * How an op computes in mixed precision. `half`: in float16, that is what the precision is for. `full`:
 * in float32, for it sums many values, spans many orders of magnitude, or moves weights. `as given`: in
 * float16 where all its operands are. `none`: has no float operands to choose by.
 */
type Precision = 'half' | 'full' | 'as given' | 'none'

const precisions: OpTable<{ [K in OpName]: Precision }> = {
  Input: 'none',
  Constant: 'none',
  Fill: 'none',

  Add: 'as given',
  Sub: 'as given',
  Mul: 'as given',
  Div: 'full',
  Min: 'as given',
  Max: 'as given',
  Equal: 'as given',
  Less: 'full',
  And: 'none',
  Or: 'none',
  Not: 'none',
  Where: 'as given',

  Neg: 'as given',
  Exp: 'full',
  Log: 'full',
  Sqrt: 'full',
  Erf: 'full',
  Tanh: 'full',
  Floor: 'full',
  Cast: 'full',
  StopGradient: 'as given',
  Boundary: 'as given',

  MatMul: 'half',
  Transpose: 'as given',
  Reshape: 'as given',
  Expand: 'as given',
  Concat: 'as given',
  ReduceSum: 'full',
  ReduceMean: 'full',
  ReduceMax: 'as given',
  Softmax: 'full',
  LogSoftmax: 'full',
  Gather: 'as given',
  ScatterAdd: 'full',
  CumSum: 'full',
  ArgMax: 'as given',

  FusedMatMul: 'half',
  Gelu: 'full',
  LayerNormalization: 'full',
  DynamicQuantizeLinear: 'full',
  MatMulInteger: 'none',
  Pick: 'none',
}

/**
 * Mixed precision (Micikevicius et al. 2018), on a graph that is built and differentiated in float32:
 * matrix products compute in float16, and so does what only moves, adds or multiplies their results.
 * Inputs, among them the weights, and outputs stay float32: an optimiser in the graph moves master
 * weights. Gradients below 6e-8 vanish in float16, so the loss is to be scaled (`loss-scale.ts`).
 */
export function halve(b: GraphBuilder, graph: Graph): Graph {
  const rewritten = new Map<Node, Node>()
  for (const node of nodesOf(graph)) {
    const inputs = node.inputs.map((input) => rewritten.get(input)!)
    const target = targetOf(node, inputs)
    const given = inputs.map((input, i) => (isFloatOperand(node, i) ? as(b, input, target) : input))
    rewritten.set(node, b.node(node.op, given, node.attributes))
  }
  const outputs = Object.entries(graph.outputs).map(([name, node]): [string, Node] => {
    return [name, as(b, rewritten.get(node)!, node.dtype)]
  })
  return { outputs: Object.fromEntries(outputs) }
}

function targetOf(node: Node, inputs: readonly Node[]): DType {
  const precision = precisions[node.op]
  if (precision === 'half') return 'float16'
  if (precision === 'full') return 'float32'
  // Weights and constants have no precision of their own: they follow what they are computed with.
  const computed = inputs.filter((x, i) => isFloatOperand(node, i) && !isGiven(x))
  return computed.length > 0 && computed.every(({ dtype }) => dtype === 'float16')
    ? 'float16'
    : 'float32'
}

function isFloatOperand(node: Node, index: number): boolean {
  return node.inputs[index]!.dtype === 'float32'
}

/** A scalar that is fed is a scale or a rate, and wants its whole range. */
function isGiven(x: Node): boolean {
  if (isOp(x, 'Input')) return x.shape.length > 0
  return isOp(x, 'Constant') || isOp(x, 'Fill')
}

/** Another precision of a value; of a value that was cast, the one that it was cast from. */
function as(b: GraphBuilder, x: Node, to: DType): Node {
  if (x.dtype === to) return x
  if (isOp(x, 'Constant')) return b.constant(to, x.shape, x.attributes.values)
  return b.cast(x, to)
}
