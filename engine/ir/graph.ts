import { formatShape, isOp, sameShape, type Node, type OpName } from './node.ts'
import { inferType } from './shape.ts'

/** What a program computes: named outputs over the inputs that they reach. */
export interface Graph {
  readonly outputs: Readonly<Record<string, Node>>
}

/**
 * Every node that the roots need, each after its inputs, in the order of a depth-first walk.
 * A rewrite may look through nodes by giving other `sources` than their inputs.
 */
export function topologicalOrder(
  roots: Iterable<Node>,
  sources: (node: Node) => readonly Node[] = (node) => node.inputs,
): Node[] {
  const order: Node[] = []
  const done = new Set<Node>()
  const stack: { node: Node; next: number }[] = []
  for (const root of roots) {
    if (!done.has(root)) stack.push({ node: root, next: 0 })
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const input = sources(top.node)[top.next++]
      if (input === undefined) {
        stack.pop()
        if (!done.has(top.node)) order.push(top.node)
        done.add(top.node)
      } else if (!done.has(input)) {
        stack.push({ node: input, next: 0 })
      }
    }
  }
  return order
}

export function nodesOf(graph: Graph): Node[] {
  return topologicalOrder(Object.values(graph.outputs))
}

/** The inputs that the outputs need, in the order of first use. */
export function inputsOf(graph: Graph): Node<'Input'>[] {
  return nodesOf(graph).filter((node) => isOp(node, 'Input'))
}

/**
 * Checks what the types cannot: every node has the shape and dtype that its op gives for its inputs,
 * input names are unique, and no fused kernel stands in a graph that is still to be differentiated.
 */
export function validate(graph: Graph, dialect: 'primitive' | 'fused' = 'primitive'): void {
  const names = new Set<string>()
  for (const node of nodesOf(graph)) {
    const { shape, dtype } = inferType(node.op, node.inputs, node.attributes)
    if (!sameShape(shape, node.shape) || dtype !== node.dtype) {
      throw new Error(`${label(node)}: expected ${dtype} ${formatShape(shape)}`)
    }
    if (dialect === 'primitive' && fusedOps.has(node.op)) {
      throw new Error(`${label(node)}: a fused kernel among primitives`)
    }
    if (!isOp(node, 'Input')) continue
    if (names.has(node.attributes.name)) throw new Error(`two inputs ${node.attributes.name}`)
    names.add(node.attributes.name)
  }
}

/** One line a node, numbered in order: stable for equal graphs, made for reading and for diffs. */
export function print(graph: Graph): string {
  const nodes = nodesOf(graph)
  const number = new Map(nodes.map((node, i) => [node, i]))
  const lines = nodes.map((node, i) => {
    const inputs = node.inputs.map((input) => `%${number.get(input)}`).join(', ')
    return `%${i} = ${node.op}(${inputs})${attributeText(node)} : ${typeText(node)}`
  })
  for (const [name, node] of Object.entries(graph.outputs)) {
    lines.push(`${name} = %${number.get(node)}`)
  }
  return lines.join('\n')
}

const fusedOps = new Set<OpName>([
  'FusedMatMul',
  'Gelu',
  'LayerNormalization',
  'DynamicQuantizeLinear',
  'MatMulInteger',
  'Pick',
])

function label(node: Node): string {
  return `${node.op} #${node.id} : ${typeText(node)}`
}

function typeText(node: Node): string {
  return `${node.dtype} ${formatShape(node.shape)}`
}

function attributeText(node: Node): string {
  if (isOp(node, 'Input')) return ` ${node.attributes.name}`
  if (isOp(node, 'Constant')) {
    const { values } = node.attributes
    const head = Array.from(values.slice(0, 4)).join(', ')
    return ` {${head}${values.length > 4 ? ', ...' : ''}}`
  }
  const { type: _, ...rest } = node.attributes as Record<string, unknown>
  return Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`
}
