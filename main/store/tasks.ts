import { fail } from '../../core/errors.ts'
import type { Task, TaskClass, WordGroup } from '../../core/task.ts'
import type { TaskVersion } from '../../core/records.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { all, first, only, run, sql } from './sql.ts'

/**
 * Makes this task the current one, as a new version, unless nothing changes.
 * A class that labels or accepted proposals use cannot go. Error: `task.classInUse`.
 */
export function saveTask(db: WritableDb, task: Task, guideline: string): TaskVersion {
  return transaction(db, () => {
    const current = currentTask(db)
    const next = { task, guideline }
    if (current && isSame(current, next)) return current
    if (current) refuseLosing(db, current.task.classes, task.classes)
    return { version: insertVersion(db, task, guideline), ...next }
  })
}

export function currentTask(db: ReadableDb): TaskVersion | null {
  const row = first<{ id: number }>(db, sql`SELECT max(id) AS id FROM task_version HAVING id > 0`)
  return row ? taskVersion(db, row.id) : null
}

/** Error: `task.none`. */
export function requireTask(db: ReadableDb): TaskVersion {
  return currentTask(db) ?? fail('task.none', {})
}

export function taskVersion(db: ReadableDb, version: number): TaskVersion {
  const head = only<{ kind: Task['kind']; guideline: string }>(
    db,
    sql`SELECT kind, guideline FROM task_version WHERE id = ${version}`,
  )
  const classes = all<TaskClass>(
    db,
    sql`SELECT class_id AS id, name FROM task_class WHERE version = ${version} ORDER BY position`,
  )
  const patterns = all<{ pattern: string }>(
    db,
    sql`SELECT pattern FROM task_pattern WHERE version = ${version} ORDER BY position`,
  ).map((row) => row.pattern)
  const groups = all<{ name: string; position: number }>(
    db,
    sql`SELECT name, position FROM task_group WHERE version = ${version} ORDER BY position`,
  ).map((row) => ({ name: row.name, words: wordsOf(db, version, row.position) }))
  return {
    version,
    task: { kind: head.kind, classes, patterns, groups },
    guideline: head.guideline,
  }
}

/** The class that last had this name, so that a class which comes back finds its labels again. */
export function classIdByName(db: ReadableDb, name: string): string | null {
  return first<{ id: string }>(db, sql`SELECT id FROM class WHERE name = ${name}`)?.id ?? null
}

/** An id that no class of this project has had. */
export function freshClassId(db: ReadableDb, taken: ReadonlySet<string>): string {
  let n = only<{ n: number }>(db, sql`SELECT count(*) + 1 AS n FROM class`).n
  const isTaken = (id: string) =>
    taken.has(id) || first(db, sql`SELECT 1 FROM class WHERE id = ${id}`) !== undefined
  while (isTaken(`c${n}`)) n++
  return `c${n}`
}

function wordsOf(db: ReadableDb, version: number, position: number): WordGroup['words'] {
  const rows = all<{ class_id: string; word: string }>(
    db,
    sql`SELECT class_id, word FROM task_word WHERE version = ${version} AND position = ${position}`,
  )
  return Object.fromEntries(rows.map((row) => [row.class_id, row.word]))
}

function insertVersion(db: WritableDb, task: Task, guideline: string): number {
  const version = run(
    db,
    sql`INSERT INTO task_version (kind, guideline, created_at)
        VALUES (${task.kind}, ${guideline}, ${Date.now()})`,
  ).id
  task.classes.forEach(({ id, name }, i) => {
    run(
      db,
      sql`INSERT INTO class VALUES (${id}, ${name})
          ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
    )
    run(db, sql`INSERT INTO task_class VALUES (${version}, ${i}, ${id}, ${name})`)
  })
  task.patterns.forEach((pattern, i) => {
    run(db, sql`INSERT INTO task_pattern VALUES (${version}, ${i}, ${pattern})`)
  })
  task.groups.forEach((group, i) => {
    run(db, sql`INSERT INTO task_group VALUES (${version}, ${i}, ${group.name})`)
    for (const [classId, word] of Object.entries(group.words)) {
      run(db, sql`INSERT INTO task_word VALUES (${version}, ${i}, ${classId}, ${word})`)
    }
  })
  return version
}

function refuseLosing(
  db: ReadableDb,
  before: readonly TaskClass[],
  after: readonly TaskClass[],
): void {
  const kept = new Set(after.map((c) => c.id))
  for (const { id, name } of before) {
    if (kept.has(id)) continue
    const { labels, proposals } = only<{ labels: number; proposals: number }>(
      db,
      sql`SELECT (SELECT count(*) FROM label WHERE class_id = ${id}) AS labels,
                 (SELECT count(*) FROM proposal
                  WHERE class_id = ${id} AND decision = 'approved') AS proposals`,
    )
    if (labels + proposals > 0) fail('task.classInUse', { name, labels, proposals })
  }
}

function isSame(left: Omit<TaskVersion, 'version'>, right: Omit<TaskVersion, 'version'>): boolean {
  return canonical(left) === canonical(right)
}

function canonical({ task, guideline }: Omit<TaskVersion, 'version'>): string {
  const groups = task.groups.map((group) => [group.name, Object.entries(group.words).sort()])
  return JSON.stringify([
    task.kind,
    task.classes.map((c) => [c.id, c.name]),
    task.patterns,
    groups,
    guideline,
  ])
}
