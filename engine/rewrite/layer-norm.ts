import type { GraphBuilder } from '../ir/builder.ts'
import { nodesOf, topologicalOrder, type Graph } from '../ir/graph.ts'
import { isOp, type Node } from '../ir/node.ts'
import { operands, scalarOf } from './match.ts'

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
    scalarOf(one) === 1 &&
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
    epsilon: scalarOf(epsilon)!,
    mean: mean!,
    deviation: deviation!,
    inverse: inverse!,
  }
}

function reducesLastAxis(node: Node | undefined): boolean {
  if (node === undefined || !isOp(node, 'ReduceMean')) return false
  const { axes, keepDims } = node.attributes
  return keepDims && axes.length === 1 && axes[0] === node.shape.length - 1
}
