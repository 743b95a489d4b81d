import { Stream } from '../../core/random.ts'
import type { TrainingItem } from '../../core/task.ts'
import type { FilledPattern } from '../prompt/pattern.ts'
import { fill, textBudget, variants, type Variant } from '../prompt/variants.ts'
import type { LossBuilder } from '../train/graphs.ts'
import { cut, type StepPlan } from '../train/plan.ts'
import { bucketOf, totalWeight } from './batch.ts'
import { fuzzyPetLoss, wordLogProbabilities, type BatchSize } from './graph.ts'
import { batchOf } from './order.ts'
import type { TrainInput } from './train.ts'

/** A training text as one variant shows it. */
export interface Filled {
  readonly item: TrainingItem
  readonly pattern: FilledPattern
}

/** What a program computes in one run: a step's batch, or one of its micro-batches. */
export interface Part {
  /** The same for all that the same program computes. */
  readonly shape: string
  readonly variant: Variant
  readonly filled: readonly Filled[]
  readonly size: BatchSize
}

const usualCacheBytes = 512 * 2 ** 20

/** How much is kept of what frozen layers give, at most. */
export const cacheBytesOf = ({ cacheBytes = usualCacheBytes }: TrainInput) => cacheBytes

/** Which texts each step of a run takes, in which variant and sizes, by (seed, step). */
export class Layout {
  readonly #input: TrainInput
  readonly #plan: StepPlan
  readonly #variants: readonly Variant[]
  readonly #budget: number
  readonly #rejections: boolean
  readonly #patterns = new Map<Variant, Map<TrainingItem, FilledPattern>>()

  constructor(input: TrainInput, plan: StepPlan) {
    this.#input = input
    this.#plan = plan
    this.#variants = variants(input.task, input.tokenizer)
    this.#budget = textBudget(this.#variants, input.recipe.maxTokens)
    this.#rejections = input.items.some(({ target }) => target.kind === 'not')
  }

  /** A batch in as many parts as the plan says, each of texts of like length, and its total weight. */
  of(step: number): { readonly parts: readonly Part[]; readonly total: number } {
    const { recipe, seed, items } = this.#input
    const variant = pickVariant(this.#variants, new Stream(seed, 'variant', step))
    const batch = batchOf(items, seed, step, recipe.batch)
    const filled = batch.map((item) => ({ item, pattern: this.#fill(variant, item) }))
    const { accumulate } = this.#plan
    const parts = accumulate === 1 ? [filled] : cut(filled.sort(byLength), accumulate)
    return { parts: parts.map((part) => this.#part(variant, part)), total: totalWeight(batch) }
  }

  lossOf({ variant, size }: Part): LossBuilder {
    const { config, recipe } = this.#input
    const { firstLayer } = this.#plan.trained
    const isCached = firstLayer !== undefined && cacheBytesOf(this.#input) > 0
    return (b, parameter, seed) => {
      const training = { dropout: { rate: recipe.dropout, seed }, firstLayer, isCached }
      const words = wordLogProbabilities(b, config, parameter, variant, size, training)
      return fuzzyPetLoss(b, words, variant, this.#rejections)
    }
  }

  #part(variant: Variant, filled: readonly Filled[]): Part {
    const longest = Math.max(...filled.map(({ pattern }) => pattern.ids.length))
    const size = { batch: filled.length, tokens: bucketOf(longest, this.#input.recipe.maxTokens) }
    const shape = `${variant.patternIndex} ${variant.masks} ${size.batch} ${size.tokens}`
    return { shape, variant, filled, size }
  }

  #fill(variant: Variant, item: TrainingItem): FilledPattern {
    const known = this.#patterns.get(variant) ?? new Map<TrainingItem, FilledPattern>()
    this.#patterns.set(variant, known)
    const pattern = known.get(item) ?? fill(this.#input.tokenizer, variant, item, this.#budget)
    known.set(item, pattern)
    return pattern
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
