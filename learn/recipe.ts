import type { Recipe } from '../core/job.ts'
import { defaultStepOptions } from '../core/step-options.ts'
import { unsharedParameterCount } from './model/parameters.ts'
import type { ModelConfig } from './model/config.ts'

/**
 * Learning rates by size (decision 20): a model of a few million parameters made from scratch wants
 * thirty times the rate of a pretrained one of 110 million. Parameters that layers share count once for
 * each: a step moves all of these layers. LAMB counts a step in shares of a weight's norm, and biases
 * or adapters alone have a long way to go: at the usual rates they have hardly moved when the steps are
 * over, so they have rates of their own (decision 014).
 */
const rates = [
  { parameters: 10e6, usual: 3e-4, slow: 3e-3 },
  { parameters: 20e6, usual: 1e-4, slow: 1e-3 },
  { parameters: 60e6, usual: 3e-5, slow: 3e-4 },
  { parameters: 200e6, usual: 1e-5, slow: 1e-4 },
  { parameters: Infinity, usual: 5e-6, slow: 5e-5 },
]

const leastSteps = 120
const epochs = 10

/**
 * The recipe for a model and a number of training texts, with the user's own fields on top. Sequences
 * are never longer than the model's positions.
 */
export function recipeFor(
  config: ModelConfig,
  texts: number,
  chosen: Readonly<Partial<Recipe>> = {},
): Recipe {
  const parameters = unsharedParameterCount(config)
  const rate = rates.find((row) => parameters <= row.parameters)!
  const batch = chosen.batch ?? 16
  return {
    steps: Math.max(leastSteps, Math.ceil((epochs * texts) / batch)),
    batch,
    learningRate: isSlow(chosen) ? rate.slow : rate.usual,
    warmup: 0.1,
    weightDecay: 0.01,
    clip: 1,
    dropout: 0.1,
    ...defaultStepOptions,
    ...Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)),
    maxTokens: Math.min(chosen.maxTokens ?? 128, config.maxPositions),
  }
}

function isSlow({ optimizer, train = 'all' }: Readonly<Partial<Recipe>>): boolean {
  const isPart = train === 'biases' || (typeof train === 'object' && 'lora' in train)
  return optimizer === 'lamb' || isPart
}
