import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { fail } from '../../core/errors.ts'

/** Held for as long as this process may write the project. */
export interface Lock {
  readonly path: string
  release(): void
}

/**
 * Takes the project for this process, or returns null when another program has it. The path is the
 * project's real one: a lock by any other name would lock nothing. Error: `project.lock`.
 *
 * The lock is an exclusive transaction on a database beside the project. The system releases it when
 * the process ends, however it ends, so a killed program leaves no stale lock behind.
 */
export function takeLock(projectPath: string): Lock | null {
  const path = `${projectPath}.lock`
  closeSync(openSync(path, 'a'))
  const db = new Database(path, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (!(error instanceof Database.SqliteError)) throw error
    if (error.code.startsWith('SQLITE_BUSY')) return null
    fail('project.lock', { path, message: error.message })
  }
  return { path, release: () => void db.close() }
}
