import type { Recipe } from '../../core/job.ts'
import { Stream } from '../../core/random.ts'
import type { Task, TrainingItem } from '../../core/task.ts'
import type { Executor } from '../../engine/executor.ts'
import type { AdamW } from '../../engine/optimizer.ts'
import type { ModelConfig } from '../model/config.ts'
import { parameterShapes } from '../model/parameters.ts'
import { assemble, type FilledPattern } from '../prompt/pattern.ts'
import { textBudget, variants, type Variant } from '../prompt/variants.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import {
  compileStep,
  type StepFigures,
  type TrainingState,
  type TrainingStep,
} from '../train/step.ts'
import { bucketOf, patternFeeds, targetFeeds } from './batch.ts'
import { fuzzyPetLoss, wordLogProbabilities, type BatchSize } from './graph.ts'
import { batchOf } from './order.ts'

export interface TrainStep extends StepFigures {
  readonly step: number
}

/** What stays the same over a run. */
export interface TrainInput {
  readonly executor: Executor
  readonly config: ModelConfig
  readonly tokenizer: TextTokenizer
  readonly task: Task
  readonly recipe: Recipe
  readonly seed: number
  readonly items: readonly TrainingItem[]
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
  const { task, tokenizer, recipe, seed, items } = input
  const all = variants(task, tokenizer)
  const budget = textBudget(all, recipe.maxTokens)
  const rejections = items.some(({ target }) => target.kind === 'not')
  const programs = new StepPrograms(input, rejections)
  try {
    while (state.step < recipe.steps) {
      const { step } = state
      const variant = pickVariant(all, new Stream(seed, 'variant', step))
      const batch = batchOf(items, seed, step, recipe.batch)
      const filled = batch.map((item) => fill(tokenizer, variant, item, budget))
      const longest = Math.max(...filled.map(({ ids }) => ids.length))
      const size = { batch: batch.length, tokens: bucketOf(longest, recipe.maxTokens) }
      const feeds = {
        ...patternFeeds(filled, size, tokenizer.specials.pad),
        ...targetFeeds(batch, task.classes.length),
      }
      const program = await programs.get(variant, size)
      const figures = await program.run(state, feeds, seed)
      yield { step: state.step, ...figures }
    }
  } finally {
    await programs.dispose()
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

/** Compiled steps by variant and length, all over one state. */
class StepPrograms {
  readonly #input: TrainInput
  readonly #rejections: boolean
  readonly #programs = new Map<string, TrainingStep>()

  constructor(input: TrainInput, rejections: boolean) {
    this.#input = input
    this.#rejections = rejections
  }

  async get(variant: Variant, size: BatchSize): Promise<TrainingStep> {
    const key = `${variant.patternIndex} ${variant.masks} ${size.batch} ${size.tokens}`
    const known = this.#programs.get(key)
    if (known !== undefined) return known
    const program = await this.#compile(variant, size)
    this.#programs.set(key, program)
    return program
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs.values()) await program.dispose()
  }

  #compile(variant: Variant, size: BatchSize): Promise<TrainingStep> {
    const { executor, config, recipe } = this.#input
    const optimizer: AdamW = {
      kind: 'adamw',
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
    return compileStep(executor, parameterShapes(config), optimizer, (b, parameter, seed) => {
      const dropout = { rate: recipe.dropout, seed }
      const words = wordLogProbabilities(b, config, parameter, variant, size, dropout)
      return fuzzyPetLoss(b, words, variant, this.#rejections)
    })
  }
}

function pickVariant(all: readonly Variant[], stream: Stream): Variant {
  const total = all.reduce((sum, { groups }) => sum + groups.length, 0)
  let draw = stream.below(total)
  return all.find(({ groups }) => (draw -= groups.length) < 0)!
}
