import { Stream } from '../../core/random.ts'
import type { Recipe } from '../../core/job.ts'
import type { Task, TrainingItem } from '../../core/task.ts'
import type { Executor } from '../../engine/executor.ts'
import { referenceExecutor } from '../../engine/reference.ts'
import { train, trainPlan, type TrainInput } from '../../learn/fuzzy-pet/train.ts'
import { initialWeights } from '../../learn/model/initial-weights.ts'
import type { Weights } from '../../learn/model/parameters.ts'
import { recipeFor } from '../../learn/recipe.ts'
import { specialTokens } from '../../learn/text/special-tokens.ts'
import { createTokenizer } from '../../learn/text/tokenizer.ts'
import { freshBert } from '../../learn/model/config.ts'
import type { Executors } from '../../learn/train/plan.ts'
import { closeState, freshState } from '../../learn/train/state.ts'
import { stepsPerRun } from '../../learn/train/step.ts'
import type { Model } from '../model-folder.ts'

/** The losses of a device may differ from exact ones by so much. */
export const tolerance = 1e-3
const steps = 3

/**
 * Trains a model of a few hundred weights for three steps, on the executor and in float64, and gives the
 * largest difference of their losses. The second and third go through forward and backward pass,
 * optimiser and dropout, and through everything that keeps weights where they are.
 */
export async function trialDifference(executor: Executor): Promise<number> {
  const [got, expected] = [await losses(executor), await losses(referenceExecutor())]
  const differences = got.map((loss, i) => Math.abs(loss - expected[i]!))
  return differences.every(Number.isFinite) ? Math.max(...differences) : Infinity
}

async function losses(executor: Executor): Promise<number[]> {
  const { weights, input } = tinyTraining()
  const plan = trainPlan({ executor }, input.config, input.recipe)
  const state = await freshState(plan, weights, input.seed)
  const found: number[] = []
  for await (const { loss } of train(input, state)) found.push(loss)
  await closeState(state)
  return found
}

function tinyTraining(): { weights: Weights; input: TrainInput } {
  const texts = ['很好', '真好', '很坏', '真坏']
  const tokenizer = createTokenizer([...specialTokens, ...'很真好坏，。'])
  const config = freshBert({
    vocabSize: tokenizer.size,
    hiddenSize: 8,
    layers: 1,
    heads: 2,
    intermediateSize: 16,
    maxPositions: 16,
  })
  const task: Task = {
    kind: 'single',
    classes: [
      { id: 'good', name: '好' },
      { id: 'bad', name: '坏' },
    ],
    patterns: ['{a}，[MASK]。'],
    groups: [{ name: '好坏', words: { good: '好', bad: '坏' } }],
  }
  const items = texts.map((a, id): TrainingItem => {
    return { id, a, target: { kind: 'class', class: id < 2 ? 0 : 1 }, weight: 1, gold: true }
  })
  const chosen = { steps, batch: 4, learningRate: 1e-2, warmup: 0, maxTokens: 16, dropout: 0.1 }
  const recipe = recipeFor(config, items.length, chosen)
  const weights = initialWeights(config, new Stream(1, 'init'))
  return { weights, input: { config, tokenizer, task, recipe, seed: 1, items } }
}

/** Steps that are timed, after one that compiles and warms up. */
const timed = 3

/** Milliseconds of one step of a training with this model and recipe, its texts as long as they may be. */
export async function stepTime(
  executors: Executors,
  model: Model,
  task: Task,
  chosen: Partial<Recipe>,
): Promise<number> {
  const whole = recipeFor(model.config, 0, chosen)
  const perRun = stepsPerRun(trainPlan(executors, model.config, whole))
  const recipe = { ...whole, steps: 1 + timed + perRun }
  const { vocab } = model.tokenizer
  const words = [...vocab].filter((token) => [...token].length === 1).slice(0, 500)
  const stream = new Stream(1, 'measure')
  const text = () =>
    Array.from({ length: recipe.maxTokens }, () => words[stream.below(words.length)]).join('')
  const items = Array.from({ length: recipe.batch }, (_, id): TrainingItem => {
    const target = { kind: 'class', class: id % task.classes.length } as const
    return {
      id,
      a: text(),
      ...(task.kind === 'pair' && { b: text() }),
      target,
      weight: 1,
      gold: true,
    }
  })
  const plan = trainPlan(executors, model.config, recipe)
  const state = await freshState(plan, model.weights, 1)
  const one = { ...task, patterns: task.patterns.slice(0, 1) }
  const input = { ...model, task: one, recipe, seed: 1, items }
  const times: number[] = []
  let before = performance.now()
  for await (const _ of train(input, state)) {
    times.push(performance.now() - before)
    before = performance.now()
  }
  await closeState(state)
  const warm = times.slice(perRun)
  return warm.reduce((sum, time) => sum + time, 0) / warm.length
}
