import type { CheckResult, CheckSpec } from '../core/job.ts'
import { checkTask } from '../learn/prompt/check.ts'
import { readModelShape } from './model-folder.ts'

/** Checks a task's patterns and words against a model's vocabulary. */
export async function runCheck(spec: CheckSpec): Promise<CheckResult> {
  const { config, tokenizer } = await readModelShape(spec.model)
  return checkTask(spec.task, tokenizer, config.maxPositions)
}
