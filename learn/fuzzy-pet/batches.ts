import { Stream } from '../../core/random.ts'
import type { TrainingItem } from '../../core/task.ts'
import type { FilledPattern } from '../prompt/pattern.ts'
import { fill, textBudget, variants, type Variant } from '../prompt/variants.ts'
import type { LossBuilder } from '../train/graphs.ts'
import { cut, type StepPlan } from '../train/plan.ts'
import type { TrainingState } from '../train/state.ts'
import type { MicroBatch } from '../train/step.ts'
import { bucketOf, patternFeeds, targetFeeds, totalWeight } from './batch.ts'
import { FrozenStates } from './frozen-states.ts'
import { fuzzyPetLoss, wordLogProbabilities, type BatchSize } from './graph.ts'
import { batchOf } from './order.ts'
import type { TrainInput } from './train.ts'

const usualCacheBytes = 512 * 2 ** 20

/** A training text as one variant shows it. */
interface Filled {
  readonly item: TrainingItem
  readonly pattern: FilledPattern
}

/** What the steps of a run read, by (seed, step). */
export class Batches {
  readonly #input: TrainInput
  readonly #plan: StepPlan
  readonly #variants: readonly Variant[]
  readonly #budget: number
  readonly #rejections: boolean
  readonly #frozen: FrozenStates | undefined

  constructor(input: TrainInput, { plan, store }: TrainingState) {
    const { config, tokenizer, task, recipe, items, cacheBytes = usualCacheBytes } = input
    const { executor, trained } = plan
    this.#input = input
    this.#plan = plan
    this.#variants = variants(task, tokenizer)
    this.#budget = textBudget(this.#variants, recipe.maxTokens)
    this.#rejections = items.some(({ target }) => target.kind === 'not')
    const { firstLayer: layer } = trained
    const padId = tokenizer.specials.pad
    if (layer === undefined || cacheBytes === 0) return
    this.#frozen = new FrozenStates({ executor, config, store, layer, padId, bytes: cacheBytes })
  }

  /** A batch in as many parts as the plan says, each of texts of like length. */
  async of(step: number): Promise<MicroBatch[]> {
    const { tokenizer, recipe, seed, items } = this.#input
    const variant = pickVariant(this.#variants, new Stream(seed, 'variant', step))
    const batch = batchOf(items, seed, step, recipe.batch)
    const total = totalWeight(batch)
    const filled = batch.map((item) => ({
      item,
      pattern: fill(tokenizer, variant, item, this.#budget),
    }))
    const { accumulate } = this.#plan
    const parts = accumulate === 1 ? [filled] : cut(filled.sort(byLength), accumulate)
    const found: MicroBatch[] = []
    for (const part of parts) found.push(await this.#part(variant, part, total))
    return found
  }

  async dispose(): Promise<void> {
    await this.#frozen?.dispose()
  }

  async #part(variant: Variant, part: readonly Filled[], total: number): Promise<MicroBatch> {
    const { tokenizer, task, recipe } = this.#input
    const patterns = part.map(({ pattern }) => pattern)
    const items = part.map(({ item }) => item)
    const longest = Math.max(...patterns.map(({ ids }) => ids.length))
    const size = { batch: part.length, tokens: bucketOf(longest, recipe.maxTokens) }
    return {
      shape: `${variant.patternIndex} ${variant.masks} ${size.batch} ${size.tokens}`,
      loss: this.#loss(variant, size),
      feeds: {
        ...patternFeeds(patterns, size, tokenizer.specials.pad),
        ...targetFeeds(items, task.classes.length, total),
        ...(await this.#frozen?.feeds(patterns, size.tokens)),
      },
    }
  }

  #loss(variant: Variant, size: BatchSize): LossBuilder {
    const { config, recipe } = this.#input
    const { firstLayer } = this.#plan.trained
    const isCached = this.#frozen !== undefined
    return (b, parameter, seed) => {
      const training = { dropout: { rate: recipe.dropout, seed }, firstLayer, isCached }
      const words = wordLogProbabilities(b, config, parameter, variant, size, training)
      return fuzzyPetLoss(b, words, variant, this.#rejections)
    }
  }
}

function byLength(one: Filled, other: Filled): number {
  return one.pattern.ids.length - other.pattern.ids.length
}

function pickVariant(all: readonly Variant[], stream: Stream): Variant {
  const total = all.reduce((sum, { groups }) => sum + groups.length, 0)
  let draw = stream.below(total)
  return all.find(({ groups }) => (draw -= groups.length) < 0)!
}
