import type { RunId, TextId } from '../../core/project.ts'
import type { ReadableDb } from './database.ts'
import { all, only, sql } from './sql.ts'

/** A held-out text with what a person and a run say of it. Class null: none of the classes fits. */
export interface HeldOutAnswer {
  readonly text: TextId
  readonly actual: string | null
  readonly predicted: string
}

/**
 * The labelled held-out texts that a run has scored, by id. Held-out predictions are kept with the
 * run, so that labels which come later count without scoring again.
 */
export function heldOutAnswers(db: ReadableDb, runId: RunId): HeldOutAnswer[] {
  return all(
    db,
    sql`SELECT heldout.text_id AS text, label.class_id AS actual, score.class_id AS predicted
        FROM heldout JOIN label USING (text_id)
             JOIN score ON score.text_id = heldout.text_id AND score.run_id = ${runId}
        ORDER BY heldout.text_id`,
  )
}

/** How many held-out texts a run puts into each class, labelled or not. */
export function heldOutClasses(db: ReadableDb, runId: RunId): { class: string; count: number }[] {
  return all(
    db,
    sql`SELECT class_id AS class, count(*) AS count
        FROM heldout JOIN score ON score.text_id = heldout.text_id AND score.run_id = ${runId}
        GROUP BY class_id ORDER BY class_id`,
  )
}

/** How many held-out texts a run has not scored yet. */
export function unscoredHeldOut(db: ReadableDb, runId: RunId): number {
  return only<{ n: number }>(
    db,
    sql`SELECT count(*) AS n FROM heldout WHERE NOT EXISTS
          (SELECT 1 FROM score WHERE score.run_id = ${runId} AND score.text_id = heldout.text_id)`,
  ).n
}
