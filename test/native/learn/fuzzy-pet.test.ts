import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { after, test } from 'node:test'
import type { Recipe } from '../../../core/job.ts'
import { argmax } from '../../../core/probability.ts'
import type { Task, TrainingItem } from '../../../core/task.ts'
import { floatData, type Executor } from '../../../engine/executor.ts'
import { referenceExecutor } from '../../../engine/reference.ts'
import { createScorer } from '../../../learn/fuzzy-pet/score.ts'
import { train, trainPlan } from '../../../learn/fuzzy-pet/train.ts'
import { recipeFor } from '../../../learn/recipe.ts'
import { freshState } from '../../../learn/train/state.ts'
import { readModel } from '../../../worker/model-folder.ts'
import { ortExecutor } from '../../../worker/ort.ts'
import { tinyModel, tinyTask, tinyTexts } from '../../fixtures/tiny-model.ts'

const includedModel = resolve(import.meta.dirname, '../../../resources/model')
const now = () => performance.now()

const native = ortExecutor({ threads: 2 })
after(() => native.dispose())
const short: Partial<Recipe> = { steps: 4, batch: 4, learningRate: 1e-2, maxTokens: 32 }

async function trainTiny(
  executor: Executor,
  items: TrainingItem[],
  chosen: Partial<Recipe>,
  task: Task = tinyTask,
) {
  const model = tinyModel()
  const recipe = recipeFor(model.config, items.length, chosen)
  const plan = trainPlan({ executor }, model.config, recipe)
  const state = await freshState(plan, model.weights, 5)
  const losses: number[] = []
  for await (const { loss } of train({ ...model, task, recipe, seed: 5, items }, state)) {
    losses.push(loss)
  }
  return { model, losses, tensors: await state.store.read(), recipe }
}

/** Words that the tiny model and the one that comes with the program both know. */
const wordsOfBoth: Task = {
  ...tinyTask,
  groups: [...tinyTask.groups, { name: '好', words: { good: '好', bad: '差' } }],
}

/** Texts of 1 to `count` characters, in no order. */
function everyLength(count: number) {
  const long = '今天饭菜很香总的来说不太满意'.repeat(Math.ceil(count / 14))
  return Array.from({ length: count }, (_, i) => {
    return { id: i, a: long.slice(0, 1 + ((i * 37) % count)) }
  })
}

/** Gold texts, soft pseudo-labels and rejections in one batch. */
function mixedTexts(): TrainingItem[] {
  return tinyTexts(12).map((item, i) => {
    if (i % 3 === 0) return item
    const target: TrainingItem['target'] =
      i % 3 === 1 ? { kind: 'soft', probabilities: [0.7, 0.3] } : { kind: 'not', class: 1 }
    return { ...item, target, weight: 0.5, gold: false }
  })
}

test('a step with gold, soft and rejected texts equals the float64 reference', async () => {
  const [got, expected] = [
    await trainTiny(native, mixedTexts(), short),
    await trainTiny(referenceExecutor(), mixedTexts(), short),
  ]
  got.losses.forEach((loss, i) => assert.ok(Math.abs(loss - expected.losses[i]!) < 1e-4))
  for (const [name, tensor] of expected.tensors) {
    const values = floatData(got.tensors.get(name))
    floatData(tensor).forEach((value, i) =>
      assert.ok(Math.abs(value - values[i]!) < 2e-3, `${name}[${i}]: ${value} and ${values[i]}`),
    )
  }
})

test('training separates two classes that differ in one character', async () => {
  const long = { steps: 120, batch: 8, learningRate: 1e-2, maxTokens: 32, dropout: 0.1 }
  const { model, losses, tensors: weights, recipe } = await trainTiny(native, tinyTexts(32), long)
  assert.ok(losses.at(-1)! < losses[0]! / 2, `loss ${losses[0]} to ${losses.at(-1)}`)
  const { maxTokens } = recipe
  const input = {
    ...model,
    weights,
    executor: native,
    task: tinyTask,
    maxTokens,
    temperature: 1,
    now,
  }
  const scorer = createScorer(input)
  const unseen = tinyTexts(100, 2)
  const scored = await scorer.score(unseen)
  const correct = scored.filter(({ logits }, i) => {
    const { target } = unseen[i]!
    return target.kind === 'class' && argmax(logits) === target.class
  })
  assert.ok(correct.length >= 95, `${correct.length} of 100`)
})

test('a text has the same score to the last bit, whichever texts are scored with it', async () => {
  for (const model of [tinyModel(), await readModel(includedModel)]) {
    const maxTokens = model.config.maxPositions
    const input = { ...model, executor: native, task: wordsOfBoth, maxTokens, temperature: 1, now }
    const scorer = createScorer(input)
    const texts = everyLength(90)
    const together = await scorer.score(texts)
    const portions = [texts.slice(0, 1), texts.slice(1, 8), texts.slice(8, 41), texts.slice(41)]
    for (const [i, portion] of portions.entries()) {
      const before = portions.slice(0, i).flat().length
      assert.deepEqual(await scorer.score(portion), together.slice(before, before + portion.length))
    }
    assert.deepEqual((await scorer.score([...texts].reverse())).reverse(), together)
    for (let i = 0; i < texts.length; i += 11) {
      assert.deepEqual((await scorer.score([texts[i]!]))[0], together[i])
    }
    await scorer.dispose()
  }
})

test('the order of the word groups changes nothing', async () => {
  const swapped = { ...tinyTask, groups: [...tinyTask.groups].reverse() }
  const items = tinyTexts(8)
  const plain = { ...short, dropout: 0 }
  const [first, second] = [
    await trainTiny(native, items, plain),
    await trainTiny(native, items, plain, swapped),
  ]
  first.losses.forEach((loss, i) => assert.ok(Math.abs(loss - second.losses[i]!) < 1e-5))
})

test('one forward pass for all groups has the loss and gradient of one pass per group', async () => {
  const items = tinyTexts(4)
  const once = { steps: 1, batch: 4, learningRate: 1, maxTokens: 32, dropout: 0, weightDecay: 0 }
  const moments = async (task: Task) => {
    const { losses, tensors } = await trainTiny(native, items, { ...once, clip: 1e9 }, task)
    return { loss: losses[0]!, tensors }
  }
  const shared = await moments(tinyTask)
  const single = await Promise.all(
    tinyTask.groups.map((group) => moments({ ...tinyTask, groups: [group] })),
  )
  const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length
  assert.ok(Math.abs(shared.loss - mean(single.map(({ loss }) => loss))) < 1e-5)
  for (const [name, tensor] of shared.tensors) {
    if (!name.endsWith('.moment1')) continue
    floatData(tensor).forEach((value, i) => {
      const expected = mean(single.map(({ tensors }) => floatData(tensors.get(name))[i]!))
      assert.ok(Math.abs(value - expected) < 1e-6, `${name}[${i}]`)
    })
  }
})
