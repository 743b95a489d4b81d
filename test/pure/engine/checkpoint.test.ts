import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gradients } from '../../../engine/gradient.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { dropout, gelu, linear } from '../../../engine/ir/compose.ts'
import { inputsOf, nodesOf, print, topologicalOrder, type Graph } from '../../../engine/ir/graph.ts'
import { isOp, type Node } from '../../../engine/ir/node.ts'
import { evaluate } from '../../../engine/reference.ts'
import { checkpointedGradients } from '../../../engine/rewrite/checkpoint.ts'
import { drawnFeeds } from '../../fixtures/drawn-feeds.ts'

/** Four layers with dropout, one of whose weights serves two of them. */
function network(every: number | null): Graph {
  const b = new GraphBuilder()
  const weights = ['w0', 'w1', 'w2'].map((name) => b.input(name, 'float32', [6, 6]))
  const bias = b.input('bias', 'float32', [6])
  const seed = b.input('seed', 'float32', [])
  let x: Node = b.input('x', 'float32', [5, 6])
  for (const [site, i] of [0, 1, 2, 1].entries()) {
    x = b.boundary(x)
    x = b.add(x, dropout(b, gelu(b, linear(b, x, weights[i]!, bias)), 0.2, seed, site))
  }
  const loss = b.reduceMean(b.mul(x, x), [0, 1])
  const wrt = [...weights, bias]
  const found =
    every === null ? gradients(b, loss, wrt) : checkpointedGradients(b, loss, wrt, every)
  const outputs: Record<string, Node> = { loss }
  found.forEach((gradient, i) => (outputs[`gradient ${i}`] = gradient))
  return { outputs }
}

const feedsOf = (graph: Graph) => drawnFeeds(graph, { zero: 0, seed: 17 })

test('checkpointing changes neither loss nor gradients, whatever stays', () => {
  const plain = network(null)
  const expected = evaluate(plain, feedsOf(plain))
  for (const every of [1, 2, 3]) {
    const graph = network(every)
    const got = evaluate(graph, feedsOf(graph))
    for (const [name, values] of Object.entries(expected)) {
      values.forEach((value, i) =>
        assert.ok(Math.abs(value - got[name]![i]!) < 1e-12, `every ${every}: ${name}[${i}]`),
      )
    }
  }
})

test('segments between two boundaries are computed again, dropout included, after the one above', () => {
  const erfs = (graph: Graph) => nodesOf(graph).filter((node) => isOp(node, 'Erf')).length
  assert.deepEqual(
    [null, 1, 2, 3].map((every) => erfs(network(every))),
    [4, 6, 6, 4],
  )
  const graph = network(1)
  const zero = inputsOf(graph).find(({ attributes: { name } }) => name === 'zero')!
  const again = nodesOf(graph).filter(
    (node) => isOp(node, 'Erf') && topologicalOrder([node]).includes(zero),
  )
  assert.equal(again.length, 2)
  for (const node of again) {
    const below = topologicalOrder([node])
    assert.ok(
      below.some((one) => isOp(one, 'Exp')),
      'the gradient above comes first',
    )
  }
  assert.match(print(graph), /Input\(\) zero : float32 \[\]/)
})

test('a graph without boundaries is differentiated as it is', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [2])
  const loss = b.reduceSum(b.mul(x, x), [0])
  assert.deepEqual(checkpointedGradients(b, loss, [x], 1), gradients(b, loss, [x]))
})
