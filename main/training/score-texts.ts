import type { DeviceName } from '../../core/devices.ts'
import { textBatch, type ProposalRule, type ScoreResult } from '../../core/job.ts'
import type { TextId } from '../../core/project.ts'
import type { Run } from '../../core/records.ts'
import type { TextOrScore } from '../../core/task.ts'
import type { ReadableDb } from '../store/database.ts'
import { textItems } from '../store/pool.ts'
import { insertScores, scoredBy, type Scoring } from '../store/scores.ts'
import { taskVersion } from '../store/tasks.ts'
import { slices } from './in-turns.ts'
import { modelFolder } from './model-folders.ts'
import { ownProject, type Work } from './work.ts'

interface Options {
  readonly threads: number
  readonly device: DeviceName | undefined
  readonly propose?: ProposalRule
  /** Shows the progress under another name. */
  readonly phase?: string
}

/**
 * Scores texts with the model of a finished run and stores the scores, portion by portion. A job that
 * was cut off goes on behind what it has scored: a run and a text never change, so neither does what
 * the one says of the other (decision 019).
 */
export async function scoreTexts(
  work: Work,
  run: Run,
  ids: readonly TextId[],
  { phase, ...options }: Options,
): Promise<ScoreResult> {
  const { db, job } = work
  const { task } = taskVersion(db, run.taskVersion)
  const { model, recipe } = run.result!
  const scoring = { run: run.id, job, classes: task.classes.map((c) => c.id) }
  return work.compute(
    {
      kind: 'score',
      task,
      model: await modelFolder(ownProject(work), model),
      maxTokens: recipe.maxTokens,
      texts: ids.length,
      ...options,
    },
    {
      ...(phase !== undefined && { phase }),
      texts: () => itemBatches(db, scoring, ids),
      onScores: (items) => insertScores(db, scoring, items),
    },
  )
}

function* itemBatches(
  db: ReadableDb,
  scoring: Scoring,
  ids: readonly TextId[],
): Generator<TextOrScore[]> {
  for (const batch of slices(ids, textBatch)) {
    const known = scoredBy(db, scoring, batch)
    yield textItems(db, batch).map((text) => known.get(text.id as TextId) ?? text)
  }
}
