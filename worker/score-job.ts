import { performance } from 'node:perf_hooks'
import type { ScoreResult, ScoreSpec } from '../core/job.ts'
import type { Scored } from '../core/task.ts'
import { createScorer } from '../learn/fuzzy-pet/score.ts'
import { checkTask, requireSound } from '../learn/prompt/check.ts'
import { propose } from '../learn/propose.ts'
import { executorFor, type OpenExecutor } from './executor-for.ts'
import type { JobContext } from './job-context.ts'
import { readModel } from './model-folder.ts'
import { batches } from './receive.ts'

const now = () => performance.now()

/** Scores texts as they come, and at the end picks those to propose. */
export async function runScore(
  spec: ScoreSpec,
  context: JobContext,
  open: OpenExecutor = executorFor,
): Promise<ScoreResult> {
  const started = performance.now()
  const model = await readModel(spec.model)
  const { task } = spec
  const maxTokens = Math.min(spec.maxTokens, model.config.maxPositions)
  requireSound(checkTask(task, model.tokenizer, maxTokens))
  const executor = await open(spec.device, spec.threads)
  const scorer = createScorer({ ...model, executor, task, maxTokens, temperature: 1, now })
  const pool: Scored[] = []
  try {
    let done = 0
    for await (const texts of batches(spec.texts, context)) {
      const scored = await scorer.score(texts)
      context.scores(scored)
      if (spec.propose) pool.push(...scored)
      done += scored.length
      context.report({ phase: 'score', done, total: spec.texts, figures: {} })
    }
    const proposals = spec.propose ? propose(pool, spec.propose) : []
    return { kind: 'score', scored: done, proposals, milliseconds: performance.now() - started }
  } finally {
    await executor.dispose()
  }
}
