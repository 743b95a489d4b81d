import { performance } from 'node:perf_hooks'
import { fail } from '../core/errors.ts'
import type { ScoreResult, ScoreSpec } from '../core/job.ts'
import type { Scored } from '../core/task.ts'
import { createScorer } from '../learn/fuzzy-pet/score.ts'
import { checkTask, requireSound } from '../learn/prompt/check.ts'
import { propose } from '../learn/propose.ts'
import type { JobContext } from './job-context.ts'
import { readModel } from './model-folder.ts'
import { ortExecutor } from './ort.ts'

/** Scores texts as they come, and at the end picks those to propose. */
export async function runScore(spec: ScoreSpec, context: JobContext): Promise<ScoreResult> {
  const started = performance.now()
  const model = await readModel(spec.model)
  requireSound(checkTask(spec.task, model.tokenizer, model.config.maxPositions))
  const executor = ortExecutor({ threads: spec.threads })
  const { task, maxTokens } = spec
  const scorer = createScorer({ ...model, executor, task, maxTokens, temperature: 1 })
  const pool: Scored[] = []
  try {
    let done = 0
    while (done < spec.texts) {
      if (context.signal.aborted) fail('job.cancelled', { job: context.jobId })
      const scored = await scorer.score(await context.texts())
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
