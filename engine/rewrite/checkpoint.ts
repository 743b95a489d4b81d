import { dependents, gradients, pullBack } from '../gradient.ts'
import type { GraphBuilder } from '../ir/builder.ts'
import { topologicalOrder } from '../ir/graph.ts'
import { isOp, sizeOf, type Node } from '../ir/node.ts'

/**
 * `gradients` with activation checkpointing (Chen et al. 2016): of the forward pass only the values at
 * every `every`-th boundary stay, and what lies between two of them is computed again when the backward
 * pass comes there. Loss and gradients are the same.
 *
 * The graph has an input `zero`, a scalar that is fed 0. A segment is computed again from its boundary
 * plus zero times one element of each gradient of the segment above: so no runtime takes it for the
 * first computation, and none can begin before the segment above is done with its values.
 */
export function checkpointedGradients(
  b: GraphBuilder,
  loss: Node,
  wrt: readonly Node[],
  every: number,
  scale: Node = b.scalar(1),
): Node[] {
  const order = topologicalOrder([loss])
  const needed = dependents(order, wrt)
  const boundaries = order.filter((node) => isOp(node, 'Boundary') && needed.has(node))
  const kept = boundaries.filter((_, i) => i % every === 0)
  if (kept.length < 2) return gradients(b, loss, wrt, scale)

  const sums = new Map<Node, Node>()
  let [y, dy]: [Node, Node] = [loss, scale]
  let above: readonly Node[] = []
  for (const boundary of kept.toReversed()) {
    const part = y === loss ? { y, from: boundary } : computedAgain(b, y, boundary, above)
    const [below, ...own] = pullBack(b, part.y, dy, [part.from, ...wrt])
    if (below === undefined) throw new Error('the loss does not depend on a boundary')
    const found = own.flatMap((gradient, i) => (gradient ? [[wrt[i]!, gradient] as const] : []))
    for (const [node, gradient] of found) addTo(b, sums, node, gradient)
    above = [below, ...found.map(([, gradient]) => gradient)]
    ;[y, dy] = [boundary.inputs[0]!, below]
  }
  pullBack(b, y, dy, wrt).forEach((gradient, i) => gradient && addTo(b, sums, wrt[i]!, gradient))
  return wrt.map((node) => sums.get(node) ?? b.fill(0, node.shape))
}

/**
 * y once more, from its boundary after `above` is known. The seed of dropout and other scalars wait as
 * well: what is drawn from them would otherwise stay from the forward pass.
 */
function computedAgain(
  b: GraphBuilder,
  y: Node,
  boundary: Node,
  above: readonly Node[],
): { readonly y: Node; readonly from: Node } {
  const pause = b.mul(
    above.map((node) => firstOf(b, node)).reduce((sum, element) => b.add(sum, element)),
    b.input('zero', 'float32', []),
  )
  const again = new Map([[boundary, b.add(boundary, pause)]])
  for (const node of topologicalOrder([y], (one) => (one === boundary ? [] : one.inputs))) {
    if (again.has(node)) continue
    const isScalar = isOp(node, 'Input') && node.shape.length === 0 && node.dtype === 'float32'
    const inputs = node.inputs.map((input) => again.get(input) ?? input)
    if (isScalar) again.set(node, b.add(node, pause))
    else if (inputs.some((input, i) => input !== node.inputs[i])) {
      again.set(node, b.node(node.op, inputs, node.attributes))
    }
  }
  return { y: again.get(y)!, from: again.get(boundary)! }
}

function firstOf(b: GraphBuilder, x: Node): Node {
  return b.gather(b.reshape(x, [sizeOf(x.shape)]), b.integers([0], []))
}

function addTo(b: GraphBuilder, sums: Map<Node, Node>, node: Node, gradient: Node): void {
  const sum = sums.get(node)
  sums.set(node, sum === undefined ? gradient : b.add(sum, gradient))
}
