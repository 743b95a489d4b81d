import type { GraphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { isOp, sameShape, type Node } from '../ir/node.ts'
import { broadcastShapes } from '../ir/shape.ts'
import { fixpoint } from './fixpoint.ts'
import { countUses, operands, scalarOf } from './match.ts'
import { sumRowsAfter } from './row-sums.ts'

/** Removes what differentiation leaves behind, without changing a value. */
export function simplify(b: GraphBuilder, graph: Graph): Graph {
  return fixpoint(b, sumRowsAfter(b, graph), (current) => {
    const uses = countUses(current)
    return (node, original) => simplifyNode(b, node) ?? factorOut(b, node, original, uses)
  })
}

function simplifyNode(b: GraphBuilder, node: Node): Node | undefined {
  switch (node.op) {
    case 'Add':
      return scatterOntoSum(b, node) ?? identityOperand(b, node, 0) ?? withoutExpand(b, node)
    case 'Mul':
      return identityOperand(b, node, 1) ?? scaleOnce(b, node) ?? withoutExpand(b, node)
    case 'Sub':
    case 'Div':
    case 'Min':
    case 'Max':
      return withoutExpand(b, node)
    case 'StopGradient':
    case 'Boundary':
      return node.inputs[0]
    case 'Reshape':
      return reshapeOnce(b, node as Node<'Reshape'>)
    case 'Transpose':
      return transposeOnce(b, node as Node<'Transpose'>)
    case 'Neg':
      return isOp(node.inputs[0]!, 'Neg') ? node.inputs[0].inputs[0] : undefined
    default:
      return undefined
  }
}

/** zeros scattered into, then added to x: scatter into x. */
function scatterOntoSum(b: GraphBuilder, { inputs }: Node): Node | undefined {
  for (const [scatter, other] of [inputs, [...inputs].reverse()]) {
    if (!isOp(scatter!, 'ScatterAdd') || !sameShape(scatter.shape, other!.shape)) continue
    const [data, indices, updates] = scatter.inputs
    if (isConstant(data!, 0)) return b.scatterAdd(other!, indices!, updates!)
  }
  return undefined
}

/** x + 0 and x * 1 are x, where x already has the shape of the result. */
function identityOperand(b: GraphBuilder, node: Node, identity: number): Node | undefined {
  const [x, y] = node.inputs
  if (isConstant(y!, identity)) return b.expand(x!, node.shape)
  if (isConstant(x!, identity)) return b.expand(y!, node.shape)
  return undefined
}

/** (x * p) * q with constant scalars is x * (pq). */
function scaleOnce(b: GraphBuilder, { inputs: [x, y] }: Node): Node | undefined {
  const [outer, inner] = [scalarOf(y!), isOp(x!, 'Mul') ? scalarOf(x.inputs[1]!) : undefined]
  return outer === undefined || inner === undefined
    ? undefined
    : b.mul((x as Node<'Mul'>).inputs[0]!, outer * inner)
}

/** An operand need not be expanded where the op broadcasts it anyway. */
function withoutExpand(b: GraphBuilder, node: Node): Node | undefined {
  const narrow = [...node.inputs]
  for (const [i, input] of node.inputs.entries()) {
    if (!isOp(input, 'Expand')) continue
    const other = narrow[1 - i]!
    const shape = broadcastShapes(node.op, input.inputs[0]!.shape, other.shape)
    if (sameShape(shape, node.shape)) narrow[i] = input.inputs[0]!
  }
  const changed = narrow.some((input, i) => input !== node.inputs[i])
  return changed ? b.node(node.op, narrow, node.attributes) : undefined
}

function reshapeOnce(b: GraphBuilder, node: Node<'Reshape'>): Node | undefined {
  const [input] = node.inputs
  if (sameShape(input!.shape, node.shape)) return input
  return isOp(input!, 'Reshape') ? b.reshape(input.inputs[0]!, node.shape) : undefined
}

/** Two transpositions are one, or none; (x^T y)^T is y^T x, as the gradient of x W^T wants it. */
function transposeOnce(b: GraphBuilder, node: Node<'Transpose'>): Node | undefined {
  const [input] = node.inputs
  const { perm } = node.attributes
  if (perm.every((axis, i) => axis === i)) return input
  if (isOp(input!, 'Transpose')) {
    const inner = input.attributes.perm
    return b.transpose(
      input.inputs[0]!,
      perm.map((axis) => inner[axis]!),
    )
  }
  if (!isOp(input!, 'MatMul') || input.shape.length !== 2) return undefined
  const [left, right] = input.inputs
  if (!isOp(left!, 'Transpose')) return undefined
  return b.matMul(b.transpose(right!, [1, 0]), left.inputs[0]!)
}

/** d * x + (d * y) * z is d * (x + y * z): the gradient of a product of two functions of one value. */
function factorOut(
  b: GraphBuilder,
  node: Node,
  original: Node,
  uses: ReadonlyMap<Node, number>,
): Node | undefined {
  if (!isOp(node, 'Add') || original.inputs.some((term) => uses.get(term) !== 1)) return undefined
  for (const [short, long] of [node.inputs, [...node.inputs].reverse()]) {
    const [d, x] = operands(short, 'Mul')
    const [product, z] = operands(long, 'Mul')
    const [same, y] = operands(product, 'Mul')
    if (d === undefined || d !== same) continue
    return b.mul(d, b.add(x!, b.mul(y!, z!)))
  }
  return undefined
}

function isConstant(node: Node, value: number): boolean {
  if (isOp(node, 'Fill')) return node.attributes.value === value
  return scalarOf(node) === value
}
