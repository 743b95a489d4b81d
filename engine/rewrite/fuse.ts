import type { GraphBuilder } from '../ir/builder.ts'
import { nodesOf, topologicalOrder, type Graph } from '../ir/graph.ts'
import { isOp, sizeOf, type Node } from '../ir/node.ts'
import { rebuild } from './rebuild.ts'

/**
 * Finds the fused kernels again that the composites are made of: the last rewrite before emission.
 * Transposes and constant factors go into `FusedMatMul`; layer norm and gelu become one node each,
 * and the mean and deviation that a backward pass reads come from the norm's other outputs.
 */
export function fuse(b: GraphBuilder, graph: Graph, kernels: Kernels = allKernels): Graph {
  const withNorms = fuseLayerNorms(b, graph)
  const uses = countUses(withNorms)
  const matMul = (node: Node) => (kernels.matMul ? fuseMatMul(b, node) : undefined)
  return rebuild(b, withNorms, (node, original) =>
    isOp(original, 'Mul') && uses.get(original.inputs[1]!) === 1
      ? (fuseGelu(b, node) ?? matMul(node))
      : matMul(node),
  )
}

/** The fused kernels that not every provider has. */
export interface Kernels {
  readonly matMul: boolean
}
const allKernels: Kernels = { matMul: true }

interface LayerNormMatch {
  readonly operands: readonly Node[]
  readonly epsilon: number
  readonly mean: Node
  readonly deviation: Node
  readonly inverse: Node
}

/** A part of a layer norm, and how to get it from the fused node. */
interface Part {
  readonly norm: LayerNormMatch
  readonly from: (b: GraphBuilder, fused: Node) => Node
}

/** Layer norms alone, whose kernel is an operator of the ONNX standard. */
export function fuseLayerNorms(b: GraphBuilder, graph: Graph): Graph {
  const parts = new Map<Node, Part>()
  for (const node of nodesOf(graph)) {
    const norm = matchLayerNorm(node)
    if (norm === undefined) continue
    const inverse = (builder: GraphBuilder, fused: Node) =>
      builder.node('Pick', [fused], { index: 2 })
    parts.set(node, { norm, from: (_, fused) => fused })
    parts.set(norm.mean, {
      norm,
      from: (builder, fused) => builder.node('Pick', [fused], { index: 1 }),
    })
    parts.set(norm.inverse, { norm, from: inverse })
    parts.set(norm.deviation, {
      norm,
      from: (builder, fused) => builder.div(1, inverse(builder, fused)),
    })
  }
  const sources = (node: Node) => parts.get(node)?.norm.operands ?? node.inputs
  const rewritten = new Map<Node, Node>()
  for (const node of topologicalOrder(Object.values(graph.outputs), sources)) {
    const inputs = sources(node).map((input) => rewritten.get(input)!)
    const part = parts.get(node)
    const result =
      part === undefined
        ? b.node(node.op, inputs, node.attributes)
        : part.from(b, b.node('LayerNormalization', inputs, { epsilon: part.norm.epsilon }))
    rewritten.set(node, result)
  }
  const outputs = Object.entries(graph.outputs).map(([name, node]) => [name, rewritten.get(node)!])
  return { outputs: Object.fromEntries(outputs) as Graph['outputs'] }
}

/** ((x - mean) * inverse) * scale + bias, with the pieces as `layerNorm` of compose.ts builds them. */
function matchLayerNorm(node: Node): LayerNormMatch | undefined {
  const [scaled, bias] = operands(node, 'Add')
  const [normal, scale] = operands(scaled, 'Mul')
  const [centred, inverse] = operands(normal, 'Mul')
  const [x, mean] = operands(centred, 'Sub')
  const [one, deviation] = operands(inverse, 'Div')
  const [shifted] = operands(deviation, 'Sqrt')
  const [variance, epsilon] = operands(shifted, 'Add')
  const [square] = operands(variance, 'ReduceMean')
  const [left, right] = operands(square, 'Mul')
  const [meanOf] = operands(mean, 'ReduceMean')
  const fits =
    scalarValue(one) === 1 &&
    left === centred &&
    right === centred &&
    meanOf === x &&
    reducesLastAxis(mean) &&
    reducesLastAxis(variance) &&
    bias?.shape.length === 1 &&
    scale?.shape.length === 1
  if (!fits) return undefined
  return {
    operands: [x!, scale, bias],
    epsilon: scalarValue(epsilon)!,
    mean: mean!,
    deviation: deviation!,
    inverse: inverse!,
  }
}

function fuseGelu(b: GraphBuilder, node: Node): Node | undefined {
  const [x, phi] = operands(node, 'Mul')
  const [sum, half] = operands(phi, 'Mul')
  const [erf, one] = operands(sum, 'Add')
  const [scaled] = operands(erf, 'Erf')
  const [inner, factor] = operands(scaled, 'Mul')
  const fits =
    inner !== undefined &&
    inner === x &&
    scalarValue(half) === 0.5 &&
    scalarValue(one) === 1 &&
    scalarValue(factor) === Math.SQRT1_2
  return fits ? b.node('Gelu', [inner], {}) : undefined
}

function fuseMatMul(b: GraphBuilder, node: Node): Node | undefined {
  if (isOp(node, 'MatMul')) {
    const [left, right] = node.inputs.map(transposedSource)
    if (left === undefined && right === undefined) return undefined
    const inputs = [left ?? node.inputs[0]!, right ?? node.inputs[1]!]
    const attributes = { transA: left !== undefined, transB: right !== undefined, alpha: 1 }
    return b.node('FusedMatMul', inputs, attributes)
  }
  const [product, factor] = operands(node, 'Mul')
  const scale = scalarValue(factor)
  if (product === undefined || scale === undefined) return undefined
  if (isOp(product, 'FusedMatMul')) {
    const alpha = product.attributes.alpha * scale
    return b.node('FusedMatMul', product.inputs, { ...product.attributes, alpha })
  }
  const plain = { transA: false, transB: false, alpha: scale }
  return isOp(product, 'MatMul') ? b.node('FusedMatMul', product.inputs, plain) : undefined
}

/**
 * What a transposition of the last two axes transposes. That of a constant stays: onnxruntime folds
 * it at load and packs the result for a plain MatMul.
 */
function transposedSource(node: Node): Node | undefined {
  if (!isOp(node, 'Transpose') || isOp(node.inputs[0]!, 'Constant')) return undefined
  const { perm } = node.attributes
  const last = perm.length - 1
  const swapped = perm.every(
    (axis, i) => axis === (i === last ? last - 1 : i === last - 1 ? last : i),
  )
  return swapped ? node.inputs[0] : undefined
}

function operands(node: Node | undefined, op: Node['op']): readonly (Node | undefined)[] {
  return node?.op === op ? node.inputs : []
}

function reducesLastAxis(node: Node | undefined): boolean {
  if (node === undefined || !isOp(node, 'ReduceMean')) return false
  const { axes, keepDims } = node.attributes
  return keepDims && axes.length === 1 && axes[0] === node.shape.length - 1
}

function scalarValue(node: Node | undefined): number | undefined {
  const fits = node !== undefined && isOp(node, 'Constant') && node.dtype === 'float32'
  return fits && sizeOf(node.shape) === 1
    ? (node as Node<'Constant'>).attributes.values[0]
    : undefined
}

function countUses(graph: Graph): Map<Node, number> {
  const uses = new Map<Node, number>()
  const count = (node: Node) => uses.set(node, (uses.get(node) ?? 0) + 1)
  for (const node of nodesOf(graph)) node.inputs.forEach(count)
  Object.values(graph.outputs).forEach(count)
  return uses
}
