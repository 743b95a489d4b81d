import type { ReadableDb, WritableDb } from './database.ts'
import { only, runOne, sql } from './sql.ts'

export interface ProjectRecord {
  readonly name: string
  readonly seed: number
  readonly createdAt: number
}

export function projectRecord(db: ReadableDb): ProjectRecord {
  return only(db, sql`SELECT name, seed, created_at AS createdAt FROM project`)
}

/** The seed of all random streams of the project. */
export function projectSeed(db: ReadableDb): number {
  return projectRecord(db).seed
}

/** The weights of the base model that was chosen for the next run; null while none was. */
export function chosenBase(db: ReadableDb): string | null {
  return only<{ sha256: string | null }>(db, sql`SELECT base_sha256 AS sha256 FROM project`).sha256
}

export function chooseBase(db: WritableDb, sha256: string): void {
  runOne(db, sql`UPDATE project SET base_sha256 = ${sha256}`)
}
