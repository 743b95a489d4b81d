import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Stream } from '../../../core/random.ts'
import { floatData, floats, nextOf, scalar, type Feeds } from '../../../engine/executor.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import type { Graph } from '../../../engine/ir/graph.ts'
import type { Node } from '../../../engine/ir/node.ts'
import { globalNorm } from '../../../engine/optimizer.ts'
import { referenceExecutor } from '../../../engine/reference.ts'
import { loopsOf } from '../../../engine/wasm/loops.ts'
import { updateGraph } from '../../../learn/train/graphs.ts'
import { gradientName, snapshotShapes } from '../../../learn/train/state.ts'
import { ortExecutor } from '../../../worker/ort.ts'

/** Sizes that are and are not multiples of four. */
const shapes = new Map([
  ['matrix', [5, 7]],
  ['bias', [3]],
  ['other', [4, 16]],
])
const schedule = { peak: 1e-2, warmup: 2, steps: 10 }
const common = { schedule, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, clip: 1 }
const update = (kind: 'adamw' | 'lamb') => updateGraph({ shapes }, { kind, ...common })

const stream = new Stream(4, 'loops')
const draw = (shape: readonly number[], offset = 0) =>
  floats(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => stream.gaussian() + offset),
  )
const state = () => {
  const names = [
    ...snapshotShapes(shapes),
    ...[...shapes].map(([n, s]) => [gradientName(n), s] as const),
  ]
  return new Map(names.map(([name, shape]) => [name, draw(shape, name.endsWith('2') ? 9 : 0)]))
}
type State = ReturnType<typeof state>
const copied = (tensors: State) =>
  new Map(
    [...tensors].map(([name, { shape, data }]) => [
      name,
      floats(shape, (data as Float32Array).slice()),
    ]),
  )

/** Figures and tensors after some accepted runs. */
async function after(
  executor: ReturnType<typeof ortExecutor>,
  graph: Graph,
  runs: readonly Feeds[],
  tensors: State,
) {
  const [program, store] = [
    await executor.compile(graph),
    await executor.createStore(copied(tensors)),
  ]
  const figures: number[][] = []
  for (const feeds of runs) {
    const out = await program.run(feeds, store)
    figures.push(Object.values(out).map((one) => floatData(one)[0]!))
    store.accept()
  }
  return { figures, tensors: copied((await store.read()) as State) }
}

const near = (got: number, expected: number) =>
  assert.ok(
    Math.abs(got - expected) <= 2e-6 * Math.max(1, Math.abs(expected)),
    `${got} ${expected}`,
  )

describe('loops of an update', () => {
  for (const kind of ['adamw', 'lamb'] as const) {
    test(`${kind}: three steps are those of the reference`, async () => {
      const tensors = state()
      const runs = [1, 2, 3].map((step) => ({ step: scalar(step) }))
      const expected = await after(referenceExecutor(), update(kind), runs, tensors)
      const got = await after(ortExecutor({ threads: 1 }), update(kind), runs, tensors)
      got.figures.flat().forEach((figure, i) => near(figure, expected.figures.flat()[i]!))
      for (const [name, { data }] of expected.tensors) {
        floatData(got.tensors.get(name)).forEach((value, i) =>
          near(value, (data as Float32Array)[i]!),
        )
      }
    })
  }

  test('tensors of one form share a function: one for weights that decay, one for the others', () => {
    const plan = loopsOf(update('adamw'))!
    assert.deepEqual(
      plan.writes.map((call) => call.function),
      ['0', '1', '0'],
    )
    assert.equal(new Set([...plan.sums.values()].map((call) => call.function)).size, 1)
  })

  test('what is rejected has changed nothing', async () => {
    const tensors = state()
    const executor = ortExecutor({ threads: 1 })
    const [program, store] = [
      await executor.compile(update('adamw')),
      await executor.createStore(copied(tensors)),
    ]
    await program.run({ step: scalar(1) }, store)
    store.reject()
    for (const [name, { data }] of await store.read()) {
      assert.deepEqual(data, tensors.get(name)!.data, name)
    }
    await program.run({ step: scalar(1) }, store)
    store.accept()
    const [moved] = (await store.read(['matrix'])).values()
    assert.notDeepEqual(moved!.data, tensors.get('matrix')!.data)
  })
})

test('sums over a million elements are exact to float32', async () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [1_000_003])
  const graph = { outputs: { norm: globalNorm(b, [x]), [nextOf('x')]: b.neg(x) } }
  const values = floats([1_000_003], new Float32Array(1_000_003).fill(0.1))
  const { figures, tensors } = await after(
    ortExecutor({ threads: 1 }),
    graph,
    [{}],
    new Map([['x', values]]),
  )
  assert.equal(figures[0]![0], Math.fround(Math.sqrt(1_000_003 * Math.fround(0.1) ** 2)))
  assert.ok(floatData(tensors.get('x')).every((value) => value === -Math.fround(0.1)))
})

describe('graphs that are not loops', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [2, 3])
  const cases: Record<string, Record<string, Node>> = {
    'a wide result': { y: b.add(x, 1) },
    'no next value': { y: b.reduceSum(x, [0, 1]) },
    'a sum over rows': { [nextOf('x')]: b.sub(x, b.reduceSum(x, [1], true)) },
    'a product of matrices': { [nextOf('x')]: b.matMul(x, b.input('w', 'float32', [3, 3])) },
    'a row that is repeated': { [nextOf('x')]: b.add(x, b.input('row', 'float32', [3])) },
    'an op without instruction': { [nextOf('x')]: b.exp(x) },
  }
  for (const [name, outputs] of Object.entries(cases)) {
    test(name, () => assert.equal(loopsOf({ outputs }), undefined))
  }
})

test('a tensor that another program has swapped away is found again', async () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [2, 2])
  const executor = ortExecutor({ threads: 1 })
  const double = await executor.compile({ outputs: { [nextOf('x')]: b.add(x, x) } })
  const tanh = await executor.compile({ outputs: { [nextOf('x')]: b.tanh(x) } })
  const start = floats([2, 2], Float32Array.of(-1, 0, 0.25, 2))
  const store = await executor.createStore(new Map([['x', start]]))
  for (const program of [double, tanh, double, double, tanh]) {
    await program.run({}, store)
    store.accept()
  }
  const expected = [-1, 0, 0.25, 2].map((value) => Math.tanh(4 * Math.tanh(2 * value)))
  floatData((await store.read()).get('x')).forEach((value, i) => near(value, expected[i]!))
})
