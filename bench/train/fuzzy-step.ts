import { performance } from 'node:perf_hooks'
import type { Executor } from '../../engine/executor.ts'
import { train, trainPlan } from '../../learn/fuzzy-pet/train.ts'
import { recipeFor } from '../../learn/recipe.ts'
import { freshState } from '../../learn/train/state.ts'
import type { Model } from '../../worker/model-folder.ts'
import type { Batch, Task20 } from './batches.ts'
import type { Peer } from './peer.ts'

/** Steps whose losses are compared; programs are compiled in them, so they are not timed. */
const compared = 20

/**
 * How PyTorch makes a step: with the full logits of every position and a forward pass for each group, or
 * with the head on the masks alone, one pass, and no more padding than a batch needs.
 */
export type Way = 'common' | 'careful'

export interface StepTimes {
  /** Seconds of each timed step. */
  readonly own: readonly number[]
  readonly peer: readonly number[]
  /** The largest relative difference of the losses of the first steps. */
  readonly lossDifference: number
}

/** Trains both sides on the same batches, a step of one after a step of the other. */
export async function stepTimes(
  executor: Executor,
  peer: Peer,
  way: Way,
  model: Model,
  { task, variant, batches }: Task20,
  tokens: number,
): Promise<StepTimes> {
  const items = [
    ...new Map(batches.flatMap((b) => b.items).map((item) => [item.id, item])).values(),
  ]
  items.sort((a, b) => a.id - b.id)
  const batch = batches[0]!.items.length
  const chosen = { batch, maxTokens: tokens, dropout: 0, steps: batches.length }
  const recipe = recipeFor(model.config, items.length, chosen)
  const seed = 1
  const plan = trainPlan({ executor }, model.config, recipe)
  const state = await freshState(plan, model.weights, seed)
  await peer.ask('begin', {
    way,
    rate: recipe.learningRate,
    warmup: Math.ceil(recipe.warmup * recipe.steps),
    steps: recipe.steps,
    decay: recipe.weightDecay,
    beta2: 0.999,
    epsilon: 1e-6,
  })
  const own = train({ ...model, task, recipe, seed, items }, state)
  const times = { own: [] as number[], peer: [] as number[] }
  let lossDifference = 0
  for (const [i, given] of batches.entries()) {
    const started = performance.now()
    const { value } = await own.next()
    const seconds = (performance.now() - started) / 1000
    const other = await peer.ask<{ seconds: number; loss: number }>('step', {
      ...feedsFor(given, variant.words),
      tokens,
      pad: model.tokenizer.specials.pad,
      clip: recipe.clip,
    })
    if (value === undefined) throw new Error('training ended early')
    if (i < compared) {
      const difference = Math.abs(value.loss - other.loss) / Math.abs(other.loss)
      lossDifference = Math.max(lossDifference, difference)
    } else {
      times.own.push(seconds)
      times.peer.push(other.seconds)
    }
  }
  await own.return(undefined)
  await state.store.dispose()
  return { ...times, lossDifference }
}

function feedsFor({ items, filled }: Batch, words: Task20['variant']['words']) {
  const classOf = (i: number) => {
    const { target } = items[i]!
    if (target.kind !== 'class') throw new Error('a class was expected')
    return target.class
  }
  return {
    ids: filled.map(({ ids }) => ids),
    lengths: filled.map(({ ids }) => ids.length),
    places: filled.map(({ maskPositions }) => maskPositions),
    labels: filled.map((_, i) => words.map((group) => group[classOf(i)]!)),
  }
}
