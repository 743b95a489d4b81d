import type { Recipe } from '../../core/job.ts'
import { Stream } from '../../core/random.ts'
import type { Task, TrainingItem } from '../../core/task.ts'
import type { Optimizer } from '../../engine/optimizer.ts'
import type { ModelConfig } from '../model/config.ts'
import { assemble, type FilledPattern } from '../prompt/pattern.ts'
import { textBudget, variants, type Variant } from '../prompt/variants.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import type { LossBuilder } from '../train/graphs.ts'
import { cut, type Executors, type StepPlan } from '../train/plan.ts'
import type { TrainingState } from '../train/state.ts'
import { createSteps, type MicroBatch, type StepFigures } from '../train/step.ts'
import { trainedPart } from '../train/trained.ts'
import { bucketOf, patternFeeds, targetFeeds, totalWeight } from './batch.ts'
import { FrozenStates } from './frozen-states.ts'
import { fuzzyPetLoss, wordLogProbabilities, type BatchSize } from './graph.ts'
import { batchOf } from './order.ts'

export interface TrainStep extends StepFigures {
  readonly step: number
}

/** What stays the same over a run. */
export interface TrainInput {
  readonly config: ModelConfig
  readonly tokenizer: TextTokenizer
  readonly task: Task
  readonly recipe: Recipe
  readonly seed: number
  readonly items: readonly TrainingItem[]
  /** Memory for the states of frozen layers, in bytes; 0 computes them anew at every step. */
  readonly cacheBytes?: number
}

const usualCacheBytes = 512 * 2 ** 20

/** How a recipe's steps are computed. Error: `train.tooManyLayers`. */
export function trainPlan(executors: Executors, config: ModelConfig, recipe: Recipe): StepPlan {
  const optimizer: Optimizer = {
    kind: recipe.optimizer,
    schedule: {
      peak: recipe.learningRate,
      warmup: Math.ceil(recipe.warmup * recipe.steps),
      steps: recipe.steps,
    },
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-6,
    weightDecay: recipe.weightDecay,
    clip: recipe.clip,
  }
  const trained = trainedPart(config, recipe.train)
  return { ...executors, optimizer, trained, accumulate: recipe.accumulate }
}

/**
 * Fuzzy-PET training, variant A of methods.md 1.5, one step a record. A step takes one variant
 * (pattern and word length), drawn in proportion to its groups, so that over the run every group of
 * every pattern has the same say. The state given is advanced in place; everything that a step draws
 * depends on (seed, step), so a resumed run goes on exactly where the other stopped.
 */
export async function* train(
  input: TrainInput,
  state: TrainingState,
): AsyncGenerator<TrainStep, void, void> {
  const { recipe, seed } = input
  const steps = createSteps(state.plan)
  const batches = new Batches(input, state)
  try {
    while (state.step < recipe.steps) {
      const figures = await steps.run(state, await batches.of(state.step), seed)
      yield { step: state.step, ...figures }
    }
  } finally {
    await steps.dispose()
    await batches.dispose()
  }
}

/** A text in a variant's pattern. */
export function fill(
  tokenizer: TextTokenizer,
  variant: Variant,
  text: { readonly a: string; readonly b?: string },
  budget: number,
): FilledPattern {
  const b = text.b === undefined ? [] : tokenizer.ids(text.b)
  return assemble(variant.pattern, tokenizer.ids(text.a), b, budget)
}

/** A training text as one variant shows it. */
interface Filled {
  readonly item: TrainingItem
  readonly pattern: FilledPattern
}

/** What each step reads. */
class Batches {
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
