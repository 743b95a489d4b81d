import {
  closeSync,
  openSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
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
  /** Its real path, whatever name it was opened by. */
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

/**
 * Makes an empty project, all of it or nothing.
 * Errors: `project.badName`, `.exists`, `.inUse`, `.lock`, `.noAccess`, `.diskFull`, `.disk`.
 */
export function createProject(wanted: string, options: NewProject): OpenProject {
  const name = options.name ?? basename(wanted).replace(/\.shiliu$/, '')
  if (name.trim() === '') fail('project.badName', { got: options.name ?? basename(wanted) })
  return guarded(wanted, () => {
    refuseExisting(wanted)
    mkdirSync(dirname(wanted), { recursive: true })
    const path = join(realpathSync(dirname(wanted)), basename(wanted))
    return locked(path, (lock) => {
      refuseExisting(path)
      return withoutLeftovers([path, `${path}-wal`, `${path}-shm`, lock.path], () => {
        return connected(path, (db) => {
          writeFirst(db, name, options.seed)
          return opened(path, db, db, null, lock)
        })
      })
    })
  })
}

/**
 * Opens a project. In mode `write` the project belongs to this process until it is closed; `read`
 * works beside a program that writes.
 *
 * Errors: `project.notFound`, `.notSqlite`, `.foreign`, `.newer`, `.inUse`, `.damaged`, `.lock`,
 * `.noAccess`.
 */
export function openProject(named: string, mode: 'write' | 'read'): OpenProject {
  return guarded(named, () => {
    const path = realPath(named)
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) fail('project.notFound', { path })
    const version = inspect(path)
    if (mode === 'write') return openToWrite(path)
    if (version < latestVersion) openToWrite(path).close()
    return opened(path, connectReadOnly(path), null, null, null)
  })
}

/**
 * The path that a file has when no link is on the way. Everything beside the project (the lock, the
 * log, the work folder) is named by it, so that two names of one project cannot be two projects.
 */
export function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}

/** What may lie beside a project of this name as long as it is used: no file of the user's. */
export function companionsOf(name: string): string[] {
  return ['-wal', '-shm', '.lock', '.lock-journal', '-work'].map((end) => name + end)
}

function openToWrite(path: string): OpenProject {
  requireAccess(path, 'r+')
  return locked(path, (lock) => {
    return connected(path, (db) => opened(path, db, db, migrate(db), lock))
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

/** SQLite does not say why it cannot open a file; the system does. */
function requireAccess(path: string, flags: 'r' | 'r+'): void {
  closeSync(openSync(path, flags))
}

export function connectReadOnly(path: string): ReadableDb {
  requireAccess(path, 'r')
  return new Database(path, { readonly: true, timeout: 5000 }) as ReadableDb
}

/** Looks without writing, so that a file that is not ours is left as it is. Returns its version. */
function inspect(path: string): number {
  const db = connectReadOnly(path)
  try {
    return checkOurs(db, path)
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

function writeFirst(db: WritableDb, name: string, seed: number): void {
  transaction(db, () => {
    db.pragma(`application_id = ${applicationId}`)
    migrate(db)
    run(
      db,
      sql`INSERT INTO project (id, name, seed, created_at)
          VALUES (1, ${name}, ${seed}, ${Date.now()})`,
    )
  })
}

/** A link that leads nowhere is in the way as well. */
function refuseExisting(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })) fail('project.exists', { path })
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storageError(error, path)
  }
}

/** Gives the lock back when `work` fails. Error: `project.inUse`. */
function locked<T>(path: string, work: (lock: Lock) => T): T {
  const lock = takeLock(path) ?? fail('project.inUse', { path })
  try {
    return work(lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

function connected<T>(path: string, work: (db: WritableDb) => T): T {
  const db = connect(path)
  try {
    return work(db)
  } catch (error) {
    db.close()
    throw error
  }
}

/** Removes the files that were not there before when `work` fails. */
function withoutLeftovers<T>(paths: readonly string[], work: () => T): T {
  try {
    return work()
  } catch (error) {
    for (const path of paths) rmSync(path, { force: true })
    throw error
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
