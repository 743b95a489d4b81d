import { existsSync, mkdirSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import Database from 'better-sqlite3'
import { fail } from '../../core/errors.ts'
import { storageError, transaction, type ReadableDb, type WritableDb } from './database.ts'
import { takeLock, type Lock } from './lock.ts'
import { migrate } from './migrate.ts'
import { latestVersion } from './migrations/index.ts'
import { run, sql } from './sql.ts'

/** 'SHLU' in ASCII: marks a SQLite file as ours. */
export const applicationId = 0x53484c55

export interface OpenProject {
  readonly path: string
  /** For checkpoints and models in use; beside the file, made when it is needed. */
  readonly workFolder: string
  readonly db: ReadableDb
  /** Null when another program writes the project, or when it was opened for reading. */
  readonly writable: WritableDb | null
  /** The copy that was made before an older project was brought up to date. */
  readonly backup: string | null
  close(): void
}

export interface NewProject {
  readonly name?: string
  /** Every random draw of the project comes from streams of this seed. */
  readonly seed: number
}

/** Makes an empty project. Errors: `project.exists`, `project.disk`. */
export function createProject(path: string, options: NewProject): OpenProject {
  if (existsSync(path)) fail('project.exists', { path })
  mkdirSync(dirname(path), { recursive: true })
  const lock = lockOrFail(path)
  return guarded(path, lock, () => {
    const db = connect(path)
    const name = options.name ?? basename(path).replace(/\.shiliu$/, '')
    transaction(db, () => {
      db.pragma(`application_id = ${applicationId}`)
      migrate(db)
      run(
        db,
        sql`INSERT INTO project (id, name, seed, created_at)
            VALUES (1, ${name}, ${options.seed}, ${Date.now()})`,
      )
    })
    return opened(path, db, db, null, lock)
  })
}

/**
 * Opens a project. In mode `write` the project belongs to this process until it is closed; `read`
 * works beside a program that writes.
 *
 * Errors: `project.notFound`, `.notSqlite`, `.foreign`, `.newer`, `.inUse`, `.damaged`.
 */
export function openProject(path: string, mode: 'write' | 'read'): OpenProject {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) fail('project.notFound', { path })
  if (mode === 'read') {
    return guarded(path, null, () => {
      const db = connectReadOnly(path)
      const version = checkOurs(db, path)
      if (version < latestVersion) {
        db.close()
        openProject(path, 'write').close()
        return openProject(path, 'read')
      }
      return opened(path, db, null, null, null)
    })
  }
  guarded(path, null, () => inspect(path))
  const lock = lockOrFail(path)
  return guarded(path, lock, () => {
    const db = connect(path)
    return opened(path, db, db, migrate(db), lock)
  })
}

/** A further connection to a project that this process has locked, for a thread of its own. */
export function connectBeside(path: string): WritableDb {
  return connect(path)
}

/** A database in memory with the project's schema, for work that belongs to no project. */
export function openScratch(): WritableDb {
  const db = connect(':memory:')
  migrate(db)
  return db
}

function connect(path: string): WritableDb {
  const db = new Database(path, { timeout: 5000 }) as WritableDb
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('trusted_schema = OFF')
  const synchronous = db.pragma('synchronous', { simple: true })
  const foreignKeys = db.pragma('foreign_keys', { simple: true })
  if (synchronous !== 2 || foreignKeys !== 1) {
    throw new Error(`expected synchronous 2 and foreign_keys 1, got ${synchronous}, ${foreignKeys}`)
  }
  return db
}

function connectReadOnly(path: string): ReadableDb {
  return new Database(path, { readonly: true, timeout: 5000 }) as ReadableDb
}

/** Looks without writing, so that a file that is not ours is left as it is. */
function inspect(path: string): void {
  const db = connectReadOnly(path)
  try {
    checkOurs(db, path)
  } finally {
    db.close()
  }
}

function checkOurs(db: ReadableDb, path: string): number {
  const id = db.pragma('application_id', { simple: true }) as number
  if (id !== applicationId) fail('project.foreign', { path, applicationId: id })
  const version = db.pragma('user_version', { simple: true }) as number
  if (version > latestVersion) fail('project.newer', { path, version, known: latestVersion })
  return version
}

function lockOrFail(path: string): Lock {
  return takeLock(path) ?? fail('project.inUse', { path })
}

function guarded<T>(path: string, lock: Lock | null, work: () => T): T {
  try {
    return work()
  } catch (error) {
    lock?.release()
    throw storageError(error, path)
  }
}

function opened(
  path: string,
  db: ReadableDb,
  writable: WritableDb | null,
  backup: string | null,
  lock: Lock | null,
): OpenProject {
  return {
    path,
    workFolder: `${path}-work`,
    db,
    writable,
    backup,
    close() {
      db.close()
      lock?.release()
    },
  }
}
