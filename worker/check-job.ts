import type { CheckResult, CheckSpec } from '../core/job.ts'
import { checkTask } from '../learn/prompt/check.ts'
import { recipeFor } from '../learn/recipe.ts'
import { readModelShape } from './model-folder.ts'

/** Checks a task's patterns and words against a model's vocabulary, and what a training would use. */
export async function runCheck(spec: CheckSpec): Promise<CheckResult> {
  const { config, tokenizer } = await readModelShape(spec.model)
  const { task, training } = spec
  if (!training) return checkTask(task, tokenizer, config.maxPositions)
  const recipe = recipeFor(config, training.texts, training.recipe)
  return { ...checkTask(task, tokenizer, recipe.maxTokens), recipe }
}
