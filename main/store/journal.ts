import type { EntryId } from '../../core/project.ts'
import type { Action, JournalEntry } from '../../core/records.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { all, first, only, run, runOne, sql, type Sql } from './sql.ts'

/**
 * Runs `work` as one entry of the journal, in one transaction. `work` returns how many changes it
 * made; with none, there is no entry and null is returned. What had been undone can then no longer be
 * redone.
 */
export function record(
  db: WritableDb,
  action: Action,
  work: (entry: EntryId) => number,
): JournalEntry | null {
  return transaction(db, () => {
    const at = Date.now()
    const id = run(
      db,
      sql`INSERT INTO journal (action, state, at, changes) VALUES (${action}, 'done', ${at}, 0)`,
    ).id as EntryId
    const changes = work(id)
    if (changes === 0) {
      runOne(db, sql`DELETE FROM journal WHERE id = ${id}`)
      return null
    }
    runOne(db, sql`UPDATE journal SET changes = ${changes} WHERE id = ${id}`)
    run(db, sql`UPDATE journal SET state = 'dropped' WHERE state = 'undone'`)
    return { id, action, state: 'done', at, changes }
  })
}

/** The newest entries first. */
export function journal(db: ReadableDb, limit: number): JournalEntry[] {
  return all(db, sql`${selectEntry} ORDER BY id DESC LIMIT ${limit}`)
}

/** What can be undone, the newest entries first. */
export function doneEntries(db: ReadableDb, limit: number): JournalEntry[] {
  return all(db, sql`${selectEntry} WHERE state = 'done' ORDER BY id DESC LIMIT ${limit}`)
}

/** How many entries can be undone, and how many done again. */
export function countSteps(db: ReadableDb): { undoable: number; redoable: number } {
  return only(
    db,
    sql`SELECT (SELECT count(*) FROM journal WHERE state = 'done') AS undoable,
               (SELECT count(*) FROM journal WHERE state = 'undone') AS redoable`,
  )
}

const selectEntry = sql`SELECT id, action, state, at, changes FROM journal`

/** The first entry that a condition with its order finds. */
export function entryWhere(db: ReadableDb, condition: Sql): JournalEntry | undefined {
  return first(db, sql`${selectEntry} WHERE ${condition} LIMIT 1`)
}
