import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { nextOf, scalar, type Executor } from '../../../engine/executor.ts'
import { gradients } from '../../../engine/gradient.ts'
import { HostStore } from '../../../engine/host-store.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { nodesOf, validate, type Graph } from '../../../engine/ir/graph.ts'
import { isOp, type Node } from '../../../engine/ir/node.ts'
import { evaluate, referenceExecutor } from '../../../engine/reference.ts'
import { operands } from '../../../engine/rewrite/match.ts'
import { rebuild } from '../../../engine/rewrite/rebuild.ts'

/** The worked examples of docs/engine.md. The page quotes them, and the last test holds it to that. */

/** x * sigmoid(x), the sigmoid as (tanh(x / 2) + 1) / 2. */
function swish(b: GraphBuilder, x: Node): Node {
  const sigmoid = b.mul(b.add(b.tanh(b.mul(x, 0.5)), 1), 0.5)
  return b.mul(x, sigmoid)
}

test('a composite has the gradient of its primitives', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [5])
  const loss = b.reduceSum(swish(b, x), [0])
  const [gradient] = gradients(b, loss, [x])
  const graph = { outputs: { loss, gradient: gradient! } }
  validate(graph)
  const at = [-2, -0.5, 0, 1, 3]
  const exact = evaluate(graph, { x: at })['gradient']!
  const step = 1e-5
  at.forEach((value, i) => {
    const moved = (by: number) => evaluate(graph, { x: at.with(i, value + by) })['loss']![0]!
    const numeric = (moved(step) - moved(-step)) / (2 * step)
    assert.ok(Math.abs(numeric - exact[i]!) < 1e-9)
  })
})

/** sqrt(exp(x)) is exp(x / 2): one pass over memory less, where nothing else reads exp(x). */
function rootsOfExponentials(b: GraphBuilder, graph: Graph): Graph {
  return rebuild(b, graph, (node) => {
    const [exponential] = operands(node, 'Sqrt')
    const [x] = operands(exponential, 'Exp')
    return x && b.exp(b.mul(x, 0.5))
  })
}

test('a rewrite keeps every value and leaves a smaller graph', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [3])
  const graph = { outputs: { y: b.add(b.sqrt(b.exp(x)), 1) } }
  const rewritten = rootsOfExponentials(b, graph)
  validate(rewritten)
  const feeds = { x: [-1, 0, 2] }
  const [expected, got] = [evaluate(graph, feeds)['y']!, evaluate(rewritten, feeds)['y']!]
  got.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-12))
  assert.ok(nodesOf(rewritten).every((node) => !isOp(node, 'Sqrt')))
})

/** An executor over another one that counts its runs. */
function counting(inner: Executor): Executor & { runs: number } {
  const counter = {
    ...inner,
    name: `counting ${inner.name}`,
    runs: 0,
    async compile(graph: Graph) {
      const program = await inner.compile(graph)
      const run: typeof program.run = (feeds, store) => {
        counter.runs++
        return program.run(feeds, store)
      }
      return { ...program, run }
    },
  }
  return counter
}

test('an executor runs programs over a store, and a step counts when it is accepted', async () => {
  const executor = counting(referenceExecutor())
  const b = new GraphBuilder()
  const total = b.input('total', 'float32', [])
  const program = await executor.compile({
    outputs: { [nextOf('total')]: b.add(total, b.input('more', 'float32', [])) },
  })
  const store = await executor.createStore(new Map([['total', scalar(1)]]))
  assert.ok(store instanceof HostStore)
  await program.run({ more: scalar(2) }, store)
  store.reject()
  await program.run({ more: scalar(4) }, store)
  store.accept()
  assert.equal((await store.read()).get('total')!.data[0], 5)
  assert.equal(executor.runs, 2)
})

test('docs/engine.md quotes these examples as they are', () => {
  const page = readFileSync(new URL('../../../docs/engine.md', import.meta.url), 'utf8')
  const own = readFileSync(import.meta.filename, 'utf8')
  const quoted = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!)
  assert.equal(quoted.length, 3)
  for (const code of quoted) assert.ok(own.includes(code), code)
})
