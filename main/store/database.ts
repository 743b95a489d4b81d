import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { fail, ShiliuError } from '../../core/errors.ts'

declare const readable: unique symbol
declare const writable: unique symbol

/** An open project that may be read. */
export type ReadableDb = Database.Database & { readonly [readable]: true }

/** An open project that this process alone may write. Only `open.ts` hands one out. */
export type WritableDb = ReadableDb & { readonly [writable]: true }

/**
 * Runs `work` in one transaction: all of it is on the disk when the call returns, or none of it.
 * What SQLite says of the disk becomes an error of the catalogue. Nested calls join the outer one.
 */
export function transaction<T>(db: WritableDb, work: () => T): T {
  try {
    return db.inTransaction ? work() : db.transaction(work).immediate()
  } catch (error) {
    throw storageError(error, db.name)
  }
}

/**
 * The catalogue's error for what SQLite or the system reports of a file; anything else is returned as
 * it is. `path` is what the error is about where it does not say so itself.
 */
export function storageError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof ShiliuError) return error
  try {
    if (error instanceof Database.SqliteError) explain(error.code, error.message, path)
    else explainSystem(error as NodeJS.ErrnoException, path)
  } catch (explained) {
    return explained instanceof ShiliuError ? explained : error
  }
  return error
}

function explain(code: string, message: string, path: string): void {
  if (code === 'SQLITE_FULL') fail('project.diskFull', { path })
  if (code.startsWith('SQLITE_IOERR')) fail('project.disk', { path, message })
  if (code.startsWith('SQLITE_CORRUPT')) fail('project.damaged', { path, message })
  if (code === 'SQLITE_NOTADB') fail('project.notSqlite', { path })
  if (code.startsWith('SQLITE_BUSY')) fail('project.inUse', { path })
  if (code === 'SQLITE_READONLY') fail('project.readOnly', { path })
  if (code.startsWith('SQLITE_READONLY_')) fail('project.noAccess', { path, message })
  if (code.startsWith('SQLITE_CANTOPEN')) {
    if (!existsSync(path)) fail('project.notFound', { path })
    fail('project.disk', { path, message })
  }
}

function explainSystem({ code, message, path }: NodeJS.ErrnoException, project: string): void {
  if (code === 'ENOSPC' || code === 'EDQUOT') fail('project.diskFull', { path: path ?? project })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    fail('project.noAccess', { path: path ?? project, message })
  }
  if (code === 'EIO') fail('project.disk', { path: path ?? project, message })
}
