import { performance } from 'node:perf_hooks'
import type { ScoreResult, ScoreSpec } from '../core/job.ts'
import type { Scored, TextItem, TextOrScore } from '../core/task.ts'
import { createScorer } from '../learn/fuzzy-pet/score.ts'
import { checkTask, requireSound } from '../learn/prompt/check.ts'
import { propose } from '../learn/propose.ts'
import { executorFor, type OpenExecutor } from './executor-for.ts'
import type { JobContext } from './job-context.ts'
import { readModel } from './model-folder.ts'
import { batches } from './receive.ts'

const now = () => performance.now()

/**
 * Scores texts as they come, and at the end picks those to propose. Texts that come with their scores,
 * from before the job was cut off, only take part in the picking.
 */
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
    for await (const items of batches<TextOrScore>(spec.texts, context)) {
      const texts = items.filter(isText)
      const scored = await scorer.score(texts)
      if (spec.propose) pool.push(...inOrder(items, scored))
      done += items.length
      if (texts.length === 0) continue
      context.scores(scored)
      context.report({ phase: 'score', done, total: spec.texts, figures: {} })
    }
    const proposals = spec.propose ? propose(pool, spec.propose) : []
    return { kind: 'score', scored: done, proposals, milliseconds: performance.now() - started }
  } finally {
    await executor.dispose()
  }
}

function isText(item: TextOrScore): item is TextItem {
  return !('logits' in item)
}

/** The scores of all items, in their order; `fresh` are those of the texts among them. */
function inOrder(items: readonly TextOrScore[], fresh: readonly Scored[]): Scored[] {
  const byId = new Map(fresh.map((one) => [one.id, one]))
  return items.map((item) => (isText(item) ? byId.get(item.id)! : item))
}
