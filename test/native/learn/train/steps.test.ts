import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Recipe } from '../../../../core/job.ts'
import { floatData, type HostTensor } from '../../../../engine/executor.ts'
import { train, trainPlan } from '../../../../learn/fuzzy-pet/train.ts'
import { recipeFor } from '../../../../learn/recipe.ts'
import { freshSnapshot, openState } from '../../../../learn/train/state.ts'
import { ortExecutor } from '../../../../worker/ort.ts'
import { tinyModel, tinyTask, tinyTexts } from '../../../fixtures/tiny-model.ts'
import { tinyTraining } from '../../../fixtures/tiny-training.ts'

const executors = {
  executor: ortExecutor({ threads: 2 }),
  offload: ortExecutor({ threads: 2 }),
}
after(async () => {
  await executors.executor.dispose()
  await executors.offload.dispose()
})

type Tensors = ReadonlyMap<string, HostTensor>
const short: Partial<Recipe> = { steps: 4, batch: 6, learningRate: 1e-3, maxTokens: 48 }

/** Texts of lengths from 8 to 40 characters and of uneven weights. */
const uneven = tinyTexts(64).map((item, i) => ({
  ...item,
  a: item.a.repeat(1 + (i % 4)),
  weight: 1 / (1 + (i % 3)),
}))

function assertSame(got: Tensors, expected: Tensors): void {
  assert.deepEqual([...got.keys()], [...expected.keys()])
  for (const [name, tensor] of expected) {
    assert.deepEqual(floatData(got.get(name)), floatData(tensor), name)
  }
}

function largestDifference(got: Tensors, expected: Tensors): number {
  let largest = 0
  for (const [name, tensor] of expected) {
    const other = floatData(got.get(name))
    floatData(tensor).forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - other[i]!))
    })
  }
  return largest
}

describe('gradient accumulation', () => {
  const whole: Partial<Recipe> = { ...short, batch: 64, steps: 3, dropout: 0, learningRate: 1e-4 }

  for (const accumulate of [4, 3]) {
    test(`${accumulate} micro-batches of several lengths are one batch of 64`, async () => {
      const plain = await tinyTraining(executors, whole, { items: uneven })
      const parts = await tinyTraining(executors, { ...whole, accumulate }, { items: uneven })
      plain.losses.forEach((loss, i) => assert.ok(Math.abs(loss - parts.losses[i]!) < 1e-5))
      plain.norms.forEach((norm, i) => assert.ok(Math.abs(norm - parts.norms[i]!) < 1e-4))
      const difference = largestDifference(parts.weights, plain.weights)
      assert.ok(difference < 1e-6, `weights differ by ${difference}`)
    })
  }

  test('every micro-batch has a dropout of its own', async () => {
    const item = tinyTexts(1)
    const once = { ...short, steps: 1, dropout: 0.5 }
    const [alone, twice] = [
      await tinyTraining(executors, { ...once, batch: 1 }, { items: item }),
      await tinyTraining(executors, { ...once, batch: 2, accumulate: 2 }, { items: item }),
    ]
    assert.notEqual(alone.losses[0], twice.losses[0])
  })
})

describe('offload', () => {
  for (const options of [{}, { accumulate: 3 }, { optimizer: 'lamb' }, { train: { top: 1 } }]) {
    test(`${JSON.stringify(options)} has the weights of training without, bit for bit`, async () => {
      const recipe = { ...short, ...options } as Partial<Recipe>
      const plain = await tinyTraining(executors, recipe, { items: uneven })
      const offloaded = await tinyTraining(
        executors,
        { ...recipe, offload: true },
        { items: uneven },
      )
      assert.deepEqual(offloaded.losses, plain.losses)
      assertSame(offloaded.snapshot.tensors, plain.snapshot.tensors)
      assertSame(offloaded.weights, plain.weights)
    })
  }
})

const options: Partial<Recipe>[] = [
  { optimizer: 'lamb' },
  { accumulate: 3 },
  { recompute: 1 },
  { precision: 'float16' },
  { recompute: 1, accumulate: 2, offload: true },
  { offload: true },
  { offload: true, accumulate: 2, optimizer: 'lamb' },
  { train: 'biases' },
  { train: { top: 1 } },
  { train: { top: 2 }, accumulate: 2 },
  { train: { lora: { rank: 2, alpha: 4, targets: 'query-value' } } },
  { train: { lora: { rank: 2, alpha: 4, targets: 'dense' } }, accumulate: 2, offload: true },
]
describe('a run that is saved after two steps and goes on', () => {
  for (const option of options) {
    test(`with ${JSON.stringify(option)} ends as an uninterrupted one, bit for bit`, async () => {
      const recipe = { ...short, ...option, dropout: 0.1 }
      const whole = await tinyTraining(executors, recipe, { items: uneven })
      const resumed = await tinyTraining(executors, recipe, { items: uneven, stopAfter: 2 })
      assert.deepEqual(resumed.losses, whole.losses)
      assertSame(resumed.snapshot.tensors, whole.snapshot.tensors)
      assertSame(resumed.weights, whole.weights)
    })
  }
})

test('activations that are computed again change nothing, dropout included', async () => {
  const recipe = { ...short, dropout: 0.1 }
  const plain = await tinyTraining(executors, recipe, { items: uneven })
  const again = await tinyTraining(executors, { ...recipe, recompute: 1 }, { items: uneven })
  plain.losses.forEach((loss, i) => assert.ok(Math.abs(loss - again.losses[i]!) < 1e-6))
  assert.ok(largestDifference(again.weights, plain.weights) < 1e-5)
})

test('in float16 the losses are those of float32 within 1 %, also with other options', async () => {
  const recipe: Partial<Recipe> = { ...short, steps: 10, dropout: 0.1 }
  for (const option of [{}, { accumulate: 2 }, { offload: true }, { recompute: 1 }]) {
    const full = await tinyTraining(executors, { ...recipe, ...option }, { items: uneven })
    const half = await tinyTraining(
      executors,
      { ...recipe, ...option, precision: 'float16' },
      { items: uneven },
    )
    full.losses.forEach((loss, i) =>
      assert.ok(Math.abs(loss - half.losses[i]!) < 0.01 * loss, `${loss} and ${half.losses[i]}`),
    )
    assert.notDeepEqual(half.losses, full.losses)
    assert.deepEqual(half.snapshot.lossScale, { scale: 2 ** 16, good: 10 })
  }
})

test('a step that overflows float16 is taken again with a smaller loss scale, and loses nothing', async () => {
  const model = tinyModel()
  const recipe = recipeFor(model.config, 8, { ...short, precision: 'float16', steps: 2 })
  const plan = trainPlan(executors, model.config, recipe)
  const fresh = freshSnapshot(plan.trained, model.weights, 5)
  const lossScale = { scale: 2 ** 60, good: 7 }
  const state = await openState(plan, model.weights, { ...fresh, lossScale })
  const input = { ...model, task: tinyTask, recipe, seed: 5, items: tinyTexts(8) }
  for await (const { loss, norm } of train(input, state)) {
    assert.ok(Number.isFinite(loss) && Number.isFinite(norm))
  }
  const { scale, good } = state.lossScale
  assert.ok(scale < 2 ** 40 && scale > 1, `${scale}`)
  assert.deepEqual([good, state.step], [2, 2])
})

describe('states of frozen layers', () => {
  for (const top of [1, 2]) {
    test(`kept below the last ${top}, they change neither losses nor weights`, async () => {
      const recipe = { ...short, train: { top }, batch: 8, dropout: 0.1, steps: 6 }
      const run = (cacheBytes?: number) =>
        tinyTraining(executors, recipe, { items: uneven.slice(0, 12), cacheBytes })
      const [kept, spilled, plain] = [await run(), await run(6000), await run(0)]
      plain.losses.forEach((loss, i) => assert.ok(Math.abs(loss - kept.losses[i]!) < 1e-6))
      assert.ok(largestDifference(kept.snapshot.tensors, plain.snapshot.tensors) < 1e-6)
      assertSame(spilled.snapshot.tensors, kept.snapshot.tensors)
    })
  }
})
