import type { GraphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { isOp, type Node } from '../ir/node.ts'
import { fuseLayerNorms } from './layer-norm.ts'
import { countUses, operands, scalarOf, transposedSource } from './match.ts'
import { moveScales } from './move-scales.ts'
import { rebuild } from './rebuild.ts'

/**
 * Finds the fused kernels again that the composites are made of: the last rewrite before emission.
 * Layer norm and gelu become one node each, and the mean and deviation that a backward pass reads come
 * from the norm's other outputs; transposes and constant factors go into `FusedMatMul`.
 */
export function fuse(b: GraphBuilder, graph: Graph, { matMul }: Kernels = allKernels): Graph {
  const kernels = fuseGelus(b, fuseLayerNorms(b, graph))
  return matMul ? fuseMatMuls(b, moveScales(b, kernels)) : kernels
}

/** The fused kernels that not every provider has. */
export interface Kernels {
  readonly matMul: boolean
}
const allKernels: Kernels = { matMul: true }

/** Gelus whose parts nothing else reads: where there is a backward pass, it reads them. */
export function fuseGelus(b: GraphBuilder, graph: Graph): Graph {
  const uses = countUses(graph)
  return rebuild(b, graph, (node, original) => {
    const [product] = operands(original, 'Mul')
    const [, sum] = operands(product, 'Mul')
    return uses.get(product!) === 1 && uses.get(sum!) === 1 ? fuseGelu(b, node) : undefined
  })
}

/** (u * (erf(u) + 1)) * sqrt(1/2) with u = x * sqrt(1/2), as `gelu` of compose.ts builds it. */
function fuseGelu(b: GraphBuilder, node: Node): Node | undefined {
  const [product, outer] = operands(node, 'Mul')
  const [u, sum] = operands(product, 'Mul')
  const [erf, one] = operands(sum, 'Add')
  const [argument] = operands(erf, 'Erf')
  const [x, inner] = operands(u, 'Mul')
  const fits =
    x !== undefined &&
    argument === u &&
    scalarOf(one) === 1 &&
    scalarOf(inner) === Math.SQRT1_2 &&
    scalarOf(outer) === Math.SQRT1_2
  return fits ? b.node('Gelu', [x], {}) : undefined
}

/** Gelu in operators of the ONNX standard, as every runtime knows it from exports of PyTorch. */
export function spellGelus(b: GraphBuilder, graph: Graph): Graph {
  return rebuild(b, graph, (node) => {
    if (!isOp(node, 'Gelu')) return undefined
    const x = node.inputs[0]!
    const sum = b.add(b.erf(b.div(x, Math.SQRT2)), 1)
    return b.mul(b.mul(x, sum), 0.5)
  })
}

/** A product that is read in other places too keeps its factor outside: it would be computed twice. */
function fuseMatMuls(b: GraphBuilder, graph: Graph): Graph {
  const uses = countUses(graph)
  return rebuild(b, graph, (node, original) => {
    if (isOp(node, 'MatMul')) return withoutTransposes(b, node)
    const [product] = operands(original, 'Mul')
    return uses.get(product!) === 1 ? withFactor(b, node) : undefined
  })
}

function withoutTransposes(b: GraphBuilder, { inputs }: Node): Node | undefined {
  const [left, right] = inputs.map(movableSource)
  if (left === undefined && right === undefined) return undefined
  const attributes = { transA: left !== undefined, transB: right !== undefined, alpha: 1 }
  return b.node('FusedMatMul', [left ?? inputs[0]!, right ?? inputs[1]!], attributes)
}

function withFactor(b: GraphBuilder, node: Node): Node | undefined {
  const [product, factor] = operands(node, 'Mul')
  const scale = scalarOf(factor)
  if (product === undefined || scale === undefined) return undefined
  if (isOp(product, 'FusedMatMul')) {
    const alpha = product.attributes.alpha * scale
    return b.node('FusedMatMul', product.inputs, { ...product.attributes, alpha })
  }
  const plain = { transA: false, transB: false, alpha: scale }
  return isOp(product, 'MatMul') ? b.node('FusedMatMul', product.inputs, plain) : undefined
}

/** The transposition of a constant stays: onnxruntime folds it at load and packs the result. */
function movableSource(node: Node): Node | undefined {
  const source = transposedSource(node)
  return source !== undefined && !isOp(source, 'Constant') ? source : undefined
}
