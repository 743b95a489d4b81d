import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import { fail } from '../../core/errors.ts'
import { transaction, type WritableDb } from './database.ts'
import { latestVersion, migrations, type Migration } from './migrations/index.ts'

/**
 * Brings a project to `target`, all missing steps in one transaction with the version.
 * A project that already holds data is copied beside itself first.
 *
 * Returns the path of the copy, or null when none was needed.
 */
export function migrate(db: WritableDb, target = latestVersion): string | null {
  const version = schemaVersion(db)
  if (version > latestVersion) {
    fail('project.newer', { path: db.name, version, known: latestVersion })
  }
  const missing = migrations.filter((step) => step.version > version && step.version <= target)
  if (missing.length === 0) return null
  const copy = version > 0 ? copyBeside(db, version) : null
  transaction(db, () => {
    for (const step of missing) apply(db, step)
  })
  return copy
}

export function schemaVersion(db: WritableDb): number {
  return db.pragma('user_version', { simple: true }) as number
}

function apply(db: WritableDb, step: Migration): void {
  db.exec(step.sql)
  const broken = db.pragma('foreign_key_check') as unknown[]
  if (broken.length > 0) throw new Error(`migration ${step.version} left dangling references`)
  db.pragma(`user_version = ${step.version}`)
}

function copyBeside(db: WritableDb, version: number): string | null {
  if (db.memory) return null
  let path = `${db.name}-backup-v${version}`
  for (let n = 2; existsSync(path); n++) path = `${db.name}-backup-v${version}-${n}`
  db.prepare('VACUUM INTO ?').run(path)
  const file = openSync(path, 'r+')
  fsyncSync(file)
  closeSync(file)
  return path
}
