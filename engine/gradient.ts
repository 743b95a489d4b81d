import type { GraphBuilder } from './ir/builder.ts'
import { topologicalOrder } from './ir/graph.ts'
import { knownShape, sameShape, sizeOf, type Node, type OpName, type Shape } from './ir/node.ts'

/**
 * A rule gives the gradient of each input from the gradient of the output. It may ignore
 * broadcasting: the driver undoes it. `null` is an input without gradient (indices, conditions).
 */
type GradientRule<K extends OpName> = (
  b: GraphBuilder,
  node: Node<K>,
  dy: Node,
) => readonly (Node | null)[]

const rules: { readonly [K in OpName]: GradientRule<K> | 'none' | 'fused' } = {
  Input: 'none',
  Constant: 'none',
  Fill: 'none',

  Add: (_, __, dy) => [dy, dy],
  Sub: (b, _, dy) => [dy, b.neg(dy)],
  Mul: (b, { inputs: [x, y] }, dy) => [b.mul(dy, y!), b.mul(dy, x!)],
  Div: (b, quotient, dy) => {
    const dx = b.div(dy, quotient.inputs[1]!)
    return [dx, b.neg(b.mul(dx, quotient))]
  },
  Min: (b, { inputs: [x, y] }, dy) => selected(b, b.less(y!, x!), dy),
  Max: (b, { inputs: [x, y] }, dy) => selected(b, b.less(x!, y!), dy),
  Equal: 'none',
  Less: 'none',
  And: 'none',
  Or: 'none',
  Not: 'none',
  Where: (b, { inputs: [condition] }, dy) => {
    const zero = b.scalar(0)
    return [null, b.where(condition!, dy, zero), b.where(condition!, zero, dy)]
  },

  Neg: (b, _, dy) => [b.neg(dy)],
  Exp: (b, y, dy) => [b.mul(dy, y)],
  Log: (b, { inputs: [x] }, dy) => [b.div(dy, x!)],
  Sqrt: (b, y, dy) => [b.div(b.mul(dy, 0.5), y)],
  // 2 / sqrt(pi) * exp(-x^2), the factor within the exponent.
  Erf: (b, { inputs: [x] }, dy) => {
    const slope = b.exp(b.sub(Math.log(2 / Math.sqrt(Math.PI)), b.mul(x!, x!)))
    return [b.mul(dy, slope)]
  },
  Tanh: (b, y, dy) => [b.mul(dy, b.sub(1, b.mul(y, y)))],
  Floor: 'none',
  Cast: (_, { inputs: [x], attributes }, dy) =>
    x!.dtype === 'float32' && attributes.to === 'float32' ? [dy] : [null],
  StopGradient: 'none',
  Boundary: (_, __, dy) => [dy],

  MatMul: (b, { inputs: [x, w] }, dy) => {
    const dx = b.matMul(dy, swapLastTwo(b, w!))
    if (w!.shape.length > 2) return [dx, b.matMul(swapLastTwo(b, x!), dy)]
    return [dx, b.matMul(b.transpose(asMatrix(b, x!), [1, 0]), asMatrix(b, dy))]
  },
  Transpose: (b, { attributes: { perm } }, dy) => [
    b.transpose(
      dy,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  ],
  Reshape: (b, { inputs: [x] }, dy) => [b.reshape(dy, x!.shape)],
  Expand: (_, __, dy) => [dy],
  Concat: (b, { inputs, attributes: { axis } }, dy) => {
    let start = 0
    return inputs.map((input) => {
      const length = knownShape(input.shape)[axis]!
      const indices = Array.from({ length }, (_, i) => start + i)
      start += length
      return b.gather(dy, b.integers(indices), axis)
    })
  },
  ReduceSum: (b, { inputs: [x], attributes: { axes } }, dy) => [
    b.expand(withKeptAxes(b, dy, x!.shape, axes), x!.shape),
  ],
  ReduceMean: (b, { inputs: [x], attributes: { axes } }, dy) => {
    const count = sizeOf(axes.map((axis) => x!.shape[axis]!))
    return [b.expand(b.mul(withKeptAxes(b, dy, x!.shape, axes), 1 / count), x!.shape)]
  },
  ReduceMax: (b, y, dy) => {
    const [x] = y.inputs
    const { axes } = y.attributes
    const top = withKeptAxes(b, y, x!.shape, axes)
    const hit = b.cast(b.equal(x!, b.expand(top, x!.shape)), 'float32')
    const share = b.div(hit, b.reduceSum(hit, axes, true))
    return [b.mul(share, withKeptAxes(b, dy, x!.shape, axes))]
  },
  Softmax: (b, y, dy) => {
    const last = y.shape.length - 1
    return [b.mul(y, b.sub(dy, b.reduceSum(b.mul(dy, y), [last], true)))]
  },
  LogSoftmax: (b, y, dy) => {
    const last = y.shape.length - 1
    return [b.sub(dy, b.mul(b.exp(y), b.reduceSum(dy, [last], true)))]
  },
  Gather: (b, { inputs: [data, indices], attributes: { axis } }, dy) => [
    gatherGradient(b, data!, indices!, axis, dy),
    null,
  ],
  ScatterAdd: (b, { inputs: [, indices] }, dy) => [dy, null, b.gather(dy, indices!)],
  CumSum: (b, { attributes: { axis, exclusive } }, dy) => {
    const total = b.reduceSum(dy, [axis], true)
    return [b.sub(total, b.cumSum(dy, axis, !exclusive))]
  },
  ArgMax: 'none',

  FusedMatMul: 'fused',
  Gelu: 'fused',
  LayerNormalization: 'fused',
  DynamicQuantizeLinear: 'fused',
  MatMulInteger: 'fused',
  Pick: 'fused',
}

/**
 * The gradient of a scalar with respect to each of `wrt`, as new nodes of the same builder.
 *
 * Only what lies between `wrt` and the loss is differentiated. A node that the loss does not depend
 * on gets a gradient of zeros. With `scale` the gradients are those of the loss times it.
 */
export function gradients(
  b: GraphBuilder,
  loss: Node,
  wrt: readonly Node[],
  scale: Node = b.scalar(1),
): Node[] {
  if (loss.shape.length !== 0) throw new Error(`the loss has shape [${loss.shape.join(', ')}]`)
  const found = pullBack(b, loss, scale, wrt)
  return wrt.map((node, i) => found[i] ?? b.fill(0, node.shape))
}

/**
 * What a gradient `dy` of `y` says of each of `wrt`: the product of `dy` with the Jacobian. Nodes are
 * not looked through: what lies below one of `wrt` is not reached by way of it. Undefined where `y` does
 * not depend on the node.
 */
export function pullBack(
  b: GraphBuilder,
  y: Node,
  dy: Node,
  wrt: readonly Node[],
): (Node | undefined)[] {
  const leaves = new Set(wrt)
  const order = topologicalOrder([y], (node) => (leaves.has(node) ? [] : node.inputs))
  const needed = dependents(order, wrt)
  const partial = new Map<Node, Node>([[y, dy]])
  for (const node of order.reverse()) {
    const upstream = partial.get(node)
    if (upstream === undefined || !needed.has(node) || leaves.has(node)) continue
    const inputGradients = differentiate(b, node, upstream)
    node.inputs.forEach((input, i) => {
      const gradient = inputGradients[i]
      if (gradient == null || !needed.has(input)) return
      const sum = partial.get(input)
      const own = sumToShape(b, gradient, input.shape)
      partial.set(input, sum === undefined ? own : b.add(sum, own))
    })
  }
  return wrt.map((node) => partial.get(node))
}

/** The nodes of an order that depend on one of `wrt`. */
export function dependents(order: readonly Node[], wrt: readonly Node[]): Set<Node> {
  const needed = new Set(wrt)
  for (const node of order) {
    if (node.inputs.some((input) => needed.has(input))) needed.add(node)
  }
  return needed
}

function differentiate(b: GraphBuilder, node: Node, dy: Node): readonly (Node | null)[] {
  const rule = rules[node.op] as GradientRule<OpName> | 'none' | 'fused'
  if (rule === 'none') return []
  if (rule === 'fused') throw new Error(`${node.op}: differentiate before fusing`)
  return rule(b, node, dy)
}

/** Undoes broadcasting: sums a gradient over the axes along which its operand was repeated. */
function sumToShape(b: GraphBuilder, gradient: Node, shape: Shape): Node {
  if (sameShape(gradient.shape, shape)) return gradient
  const extra = gradient.shape.length - shape.length
  if (extra < 0) return b.expand(gradient, shape)
  const leading = Array.from({ length: extra }, (_, i) => i)
  const repeated = shape.flatMap((dim, i) =>
    dim === 1 && gradient.shape[extra + i] !== 1 ? [extra + i] : [],
  )
  const axes = [...leading, ...repeated]
  const summed = axes.length === 0 ? gradient : b.reduceSum(gradient, axes, true)
  const narrow =
    summed.shape.length === shape.length ? summed : b.reshape(summed, summed.shape.slice(extra))
  return sameShape(narrow.shape, shape) ? narrow : b.expand(narrow, shape)
}

/** Gives the gradient to the second operand where it was chosen, else to the first. */
function selected(b: GraphBuilder, second: Node, dy: Node): readonly Node[] {
  const zero = b.scalar(0)
  return [b.where(second, zero, dy), b.where(second, dy, zero)]
}

function gatherGradient(b: GraphBuilder, data: Node, indices: Node, axis: number, dy: Node): Node {
  const rank = data.shape.length
  const count = sizeOf(indices.shape)
  const flat = b.reshape(indices, [count])
  const front = data.shape.slice(0, axis)
  const back = data.shape.slice(axis + 1)
  const rows = b.reshape(dy, [...front, count, ...back])
  const toFront = [axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)]
  const updates = axis === 0 ? rows : b.transpose(rows, toFront)
  const zeros = b.fill(
    0,
    toFront.map((i) => data.shape[i]!),
  )
  const scattered = b.scatterAdd(zeros, flat, updates)
  return axis === 0
    ? scattered
    : b.transpose(
        scattered,
        toFront.map((_, i) => toFront.indexOf(i)),
      )
}

function swapLastTwo(b: GraphBuilder, x: Node): Node {
  const rank = x.shape.length
  const perm = Array.from({ length: rank }, (_, i) => i)
  return b.transpose(x, [...perm.slice(0, -2), rank - 1, rank - 2])
}

/** [..., n] as [product, n]. */
function asMatrix(b: GraphBuilder, x: Node): Node {
  const width = x.shape[x.shape.length - 1]!
  return b.reshape(x, [sizeOf(x.shape.slice(0, -1)), width])
}

/** The result of a reduction with its reduced axes put back as ones. */
function withKeptAxes(b: GraphBuilder, x: Node, full: Shape, axes: readonly number[]): Node {
  return b.reshape(
    x,
    full.map((dim, i) => (axes.includes(i) ? 1 : dim)),
  )
}
