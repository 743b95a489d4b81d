import Database from 'better-sqlite3'

/** Held for as long as this process may write the project. */
export interface Lock {
  release(): void
}

/**
 * Takes the project for this process, or returns null when another program has it.
 *
 * The lock is an exclusive transaction on a database beside the project. The system releases it when
 * the process ends, however it ends, so a killed program leaves no stale lock behind.
 */
export function takeLock(projectPath: string): Lock | null {
  const db = new Database(`${projectPath}.lock`, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null
    throw error
  }
  return { release: () => void db.close() }
}
