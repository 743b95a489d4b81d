import type { TextItem } from '../../core/task.ts'
import type { RunId, TextId } from '../../core/project.ts'
import type { ReadableDb } from './database.ts'
import { lineage } from './lineage.ts'
import { unused } from './scope.ts'
import { all, only, sql } from './sql.ts'

/**
 * Which texts may be proposed for a run's round: unlabelled, not held out nor close to a held-out
 * text, not already accepted in this line of rounds, one of each group of exact duplicates.
 *
 * Looks at the ids in (after, to], so that a large project can be gone through in portions.
 */
export function poolIds(db: ReadableDb, run: RunId, after: number, to: number): TextId[] {
  return all<{ id: TextId }>(
    db,
    sql`SELECT text.id FROM text
        WHERE text.id > ${after} AND text.id <= ${to} AND ${unused}
          AND text.id = (SELECT min(id) FROM text t WHERE t.fingerprint = text.fingerprint)
          AND NOT EXISTS
            (SELECT 1 FROM text t JOIN label ON label.text_id = t.id
             WHERE t.fingerprint = text.fingerprint)
          AND NOT EXISTS
            (SELECT 1 FROM proposal
             WHERE proposal.text_id = text.id AND proposal.decision = 'approved'
               AND proposal.run_id IN ${lineage(run)})
        ORDER BY text.id`,
  ).map((row) => row.id)
}

/** The texts behind some ids, in the order of the ids. */
export function textItems(db: ReadableDb, ids: readonly TextId[]): TextItem[] {
  const rows = all<{ id: TextId; a: string; b: string | null }>(
    db,
    sql`SELECT text.id, a, b FROM json_each(${JSON.stringify(ids)}) AS wanted
        JOIN text ON text.id = wanted.value ORDER BY wanted.key`,
  )
  return rows.map(({ id, a, b }) => (b === null ? { id, a } : { id, a, b }))
}

export function heldOutIds(db: ReadableDb): TextId[] {
  return all<{ text_id: TextId }>(db, sql`SELECT text_id FROM heldout ORDER BY text_id`).map(
    (row) => row.text_id,
  )
}

/** The largest id of a text, 0 without texts. */
export function lastTextId(db: ReadableDb): number {
  return only<{ id: number }>(db, sql`SELECT coalesce(max(id), 0) AS id FROM text`).id
}
