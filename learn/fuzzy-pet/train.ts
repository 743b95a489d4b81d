import type { Recipe } from '../../core/job.ts'
import type { Task, TrainingItem } from '../../core/task.ts'
import type { Optimizer } from '../../engine/optimizer.ts'
import type { ModelConfig } from '../model/config.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { advance } from '../train/block.ts'
import type { Executors, StepPlan } from '../train/plan.ts'
import type { TrainingState } from '../train/state.ts'
import { createSteps, type StepFigures } from '../train/step.ts'
import { trainedPart } from '../train/trained.ts'
import { Batches } from './batches.ts'

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
  /** Memory for the states of frozen layers, in bytes (usually 512 MiB); 0 keeps none. */
  readonly cacheBytes?: number
}

/** How a recipe's steps are computed. Errors: `train.tooManyLayers`, `train.sharedLayers`. */
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
  return {
    ...executors,
    optimizer,
    trained,
    accumulate: recipe.accumulate,
    recompute: recipe.recompute,
    precision: recipe.precision,
  }
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
  const plan = async (step: number) => ({ parts: await batches.of(step) })
  try {
    for await (const { step, loss, norm } of advance(steps, state, plan, recipe.steps, seed)) {
      yield { step, loss, norm }
    }
  } finally {
    await steps.dispose()
    await batches.dispose()
  }
}
