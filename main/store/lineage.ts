import type { RunId } from '../../core/project.ts'
import { sql, type Sql } from './sql.ts'

/** A run and the runs it descends from, as a subquery: what a roll back leaves out is not in it. */
export function lineage(run: RunId | null): Sql {
  return sql`(
    WITH RECURSIVE ancestor (id) AS (
      VALUES (${run})
      UNION ALL
      SELECT run.parent_id FROM run JOIN ancestor ON run.id = ancestor.id
      WHERE run.parent_id IS NOT NULL
    ) SELECT id FROM ancestor)`
}
