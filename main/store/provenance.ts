import type { Origin, RunId } from '../../core/project.ts'
import type { ReadableDb } from './database.ts'
import { all, sql } from './sql.ts'

/** Where a training text's class comes from. `withdrawn`: a label that was taken back since. */
export type Source = Origin | 'withdrawn' | 'accepted' | 'rejected'

export interface SourceCount {
  readonly class: string
  readonly source: Source
  readonly count: number
}

/** How many texts of each class a run learns from, by where the class comes from. */
export function runProvenance(db: ReadableDb, run: RunId): SourceCount[] {
  return all(
    db,
    sql`SELECT run_text.class_id AS class,
               CASE WHEN target = 'not' THEN 'rejected' WHEN gold = 0 THEN 'accepted'
                    ELSE coalesce(label.origin, 'withdrawn') END AS source,
               count(*) AS count
        FROM run_text LEFT JOIN label USING (text_id)
        WHERE run_id = ${run} GROUP BY class, source ORDER BY class, source`,
  )
}
