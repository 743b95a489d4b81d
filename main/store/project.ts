import type { ReadableDb } from './database.ts'
import { only, sql } from './sql.ts'

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
