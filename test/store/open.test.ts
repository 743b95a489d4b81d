import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import type { ShiliuError } from '../../core/errors.ts'
import { latestVersion } from '../../main/store/migrations/index.ts'
import { applicationId, createProject, openProject } from '../../main/store/open.ts'
import { fill, tempFolder, tempProject } from './temp-project.ts'

test('a new project has our id, version, WAL, full synchronisation and foreign keys', (t) => {
  const { db } = tempProject(t)
  const pragma = (name: string) => db.pragma(name, { simple: true })
  assert.deepEqual(
    ['application_id', 'user_version', 'journal_mode', 'synchronous', 'foreign_keys'].map(pragma),
    [applicationId, latestVersion, 'wal', 2, 1],
  )
})

test('every table is strict', (t) => {
  const { db } = tempProject(t)
  const loose = db
    .prepare(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
         AND strict = 0 AND name NOT LIKE 'sqlite_%'`,
    )
    .all()
  assert.deepEqual(loose, [])
})

test('an existing file is never overwritten by a new project', (t) => {
  const { path } = tempProject(t)
  assert.throws(() => createProject(path, { seed: 1 }), { code: 'project.exists' })
})

test('refuses a file that is not SQLite and leaves it as it was', (t) => {
  const path = join(tempFolder(t), 'x.shiliu')
  writeFileSync(path, 'id,text\n'.repeat(600))
  for (const mode of ['write', 'read'] as const) {
    assert.throws(() => openProject(path, mode), { code: 'project.notSqlite' })
  }
  assert.equal(readFileSync(path, 'utf8'), 'id,text\n'.repeat(600))
})

test('refuses an empty file and a folder', (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'x.shiliu')
  writeFileSync(path, '')
  assert.throws(() => openProject(path, 'write'), { code: 'project.foreign' })
  assert.throws(() => openProject(folder, 'write'), { code: 'project.notFound' })
  assert.throws(() => openProject(join(folder, 'none.shiliu'), 'read'), {
    code: 'project.notFound',
  })
})

test('refuses the database of another program and leaves it as it was', (t) => {
  const path = join(tempFolder(t), 'x.db')
  const other = new Database(path)
  other.exec('CREATE TABLE t (x); PRAGMA user_version = 20')
  other.close()
  const before = readFileSync(path)
  assert.throws(() => openProject(path, 'write'), { code: 'project.foreign' })
  assert.deepEqual(readFileSync(path), before)
})

test('refuses a project from a newer version and leaves it as it was', (t) => {
  const project = tempProject(t)
  project.writable.pragma('user_version = 9990')
  project.close()
  const before = readFileSync(project.path)
  for (const mode of ['write', 'read'] as const) {
    assert.throws(() => openProject(project.path, mode), {
      code: 'project.newer',
      details: { path: project.path, version: 9990, known: latestVersion },
    })
  }
  assert.deepEqual(readFileSync(project.path), before)
})

test('a second opener may read what is committed, but not write', (t) => {
  const project = tempProject(t)
  fill(project.writable, 3)
  assert.throws(() => openProject(project.path, 'write'), { code: 'project.inUse' })
  const reader = openProject(project.path, 'read')
  assert.equal(reader.writable, null)
  assert.equal(reader.db.prepare('SELECT count(*) FROM text').pluck().get(), 3)
  assert.throws(() => reader.db.exec('DELETE FROM text'), { code: 'SQLITE_READONLY' })
  reader.close()
})

test('a project has one lock, whatever name it is opened by', (t) => {
  const project = tempProject(t)
  const folder = tempFolder(t)
  const link = join(folder, 'link.shiliu')
  symlinkSync(project.path, link)
  symlinkSync(dirname(project.path), join(folder, 'folder'))
  for (const path of [link, join(folder, 'folder', 'p.shiliu')]) {
    assert.throws(() => openProject(path, 'write'), { code: 'project.inUse' })
  }
  project.close()
  const again = openProject(link, 'write')
  assert.deepEqual([again.path, again.workFolder], [project.path, project.workFolder])
  again.close()

  const fresh = createProject(join(folder, 'folder', 'fresh.shiliu'), { seed: 1 })
  assert.equal(fresh.path, join(dirname(project.path), 'fresh.shiliu'))
  fresh.close()
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling.shiliu'))
  assert.throws(() => createProject(join(folder, 'dangling.shiliu'), { seed: 1 }), {
    code: 'project.exists',
  })
})

test('a project without a visible name is refused before anything is written', (t) => {
  const folder = tempFolder(t)
  const unnamed = () => createProject(join(folder, '.shiliu'), { seed: 1 })
  assert.throws(unnamed, { code: 'project.badName', details: { got: '.shiliu' } })
  for (const name of ['', ' ']) {
    const create = () => createProject(join(folder, 'x.shiliu'), { seed: 1, name })
    assert.throws(create, { code: 'project.badName', details: { got: name } })
  }
  assert.deepEqual(readdirSync(folder), [])
})

test('a project that cannot be made leaves no file behind', (t) => {
  const folder = tempFolder(t)
  const create = () => createProject(join(folder, 'x.shiliu'), { seed: -1 })
  assert.throws(create, { code: 'SQLITE_CONSTRAINT_CHECK' })
  assert.deepEqual(readdirSync(folder), [])
})

test('a lock that cannot be used is named, and the project is left alone', (t) => {
  const project = tempProject(t)
  project.close()
  const path = `${project.path}.lock`
  writeFileSync(path, 'no database'.repeat(100))
  assert.throws(
    () => openProject(project.path, 'write'),
    (error: ShiliuError) =>
      error.code === 'project.lock' && (error.details as { path: string }).path === path,
  )
})

test('a file that this user may not write is told from one that is not there', (t) => {
  const project = tempProject(t)
  project.close()
  const folder = dirname(project.path)
  chmodSync(folder, 0o555)
  const denied = { code: 'project.noAccess' }
  withoutPrivileges(() => {
    assert.throws(() => openProject(project.path, 'write'), denied)
    assert.throws(() => createProject(join(folder, 'y.shiliu'), { seed: 1 }), denied)
  })
  chmodSync(folder, 0o777)
  chmodSync(project.path, 0o444)
  withoutPrivileges(() => assert.throws(() => openProject(project.path, 'write'), denied))
  chmodSync(project.path, 0o000)
  withoutPrivileges(() => assert.throws(() => openProject(project.path, 'read'), denied))
})

/** The system lets its administrator write everywhere, so the test becomes somebody else for a while. */
function withoutPrivileges(work: () => void): void {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid!(65534)
  try {
    work()
  } finally {
    if (isRoot) process.seteuid!(0)
  }
}

test('another process keeps the project locked until it is killed', async (t) => {
  const project = tempProject(t)
  project.close()
  const open = new URL('../../main/store/open.ts', import.meta.url).href
  const script = `const { openProject } = await import(${JSON.stringify(open)})
    openProject(${JSON.stringify(project.path)}, 'write')
    console.log('open'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  await once(child.stdout, 'data')
  assert.throws(() => openProject(project.path, 'write'), { code: 'project.inUse' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  openProject(project.path, 'write').close()
})

test('a file whose pages are damaged is refused with a clear error', (t) => {
  const project = tempProject(t)
  fill(project.writable, 2000)
  project.close()
  const bytes = readFileSync(project.path)
  bytes.fill(0xa5, 100, 4096)
  writeFileSync(project.path, bytes)
  assert.throws(() => openProject(project.path, 'write'), { code: 'project.damaged' })
})
