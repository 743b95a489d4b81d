import type { ReadableDb } from '../../main/store/database.ts'

/**
 * How SQLite goes about the statements that `work` prepares: one list of steps for each. Statements
 * are prepared once for a connection, so the connection must not have done that work before.
 */
export function plansOf(db: ReadableDb, work: () => unknown): string[][] {
  const prepare = db.prepare.bind(db)
  const texts: string[] = []
  db.prepare = ((text: string) => {
    texts.push(text)
    return prepare(text)
  }) as typeof db.prepare
  try {
    work()
  } finally {
    db.prepare = prepare as typeof db.prepare
  }
  return texts.map((text) => {
    const values = Array.from(text.matchAll(/\?/g), () => null)
    const steps = prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values) as { detail: string }[]
    return steps.map((step) => step.detail)
  })
}
