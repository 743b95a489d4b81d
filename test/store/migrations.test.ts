import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { allLabels } from '../../main/store/labels.ts'
import { migrations, latestVersion } from '../../main/store/migrations/index.ts'
import { applicationId, openProject } from '../../main/store/open.ts'
import { listTexts } from '../../main/store/texts.ts'
import { currentTask } from '../../main/store/tasks.ts'
import { undo } from '../../main/store/undo.ts'
import { tempFolder } from './temp-project.ts'

const rowsOfVersion10 = `
INSERT INTO project (id, name, seed, created_at) VALUES (1, '旧项目', 5, 1000);
INSERT INTO import (id, source, plan, state, added, started_at) VALUES (1, 'a.csv', '{}', 'done', 2, 1);
INSERT INTO import_column VALUES (1, 0, '内容');
INSERT INTO text VALUES (1, 1, 2, 'A-1', '很好', NULL, '["很好"]', x'00112233445566778899aabbccddeeff', x'00112233445566778899aabbccddee01');
INSERT INTO text VALUES (2, 1, 3, NULL, '很差', NULL, '["很差"]', x'01112233445566778899aabbccddeeff', x'00112233445566778899aabbccddee02');
INSERT INTO text_search (rowid, content) VALUES (1, '很 好'), (2, '很 差');
INSERT INTO class VALUES ('c1', '好评'), ('c2', '差评');
INSERT INTO task_version VALUES (1, 'single', '指南', 1);
INSERT INTO task_class VALUES (1, 0, 'c1', '好评'), (1, 1, 'c2', '差评');
INSERT INTO task_pattern VALUES (1, 0, '{a}[MASK]');
INSERT INTO task_group VALUES (1, 0, '甲');
INSERT INTO task_word VALUES (1, 0, 'c1', '好'), (1, 0, 'c2', '差');
INSERT INTO journal VALUES (1, 'label', 'done', 1, 1), (2, 'label', 'done', 2, 1);
INSERT INTO label_change VALUES (1, 1, 1, 'class', 'c1', 'human', NULL);
INSERT INTO label_change VALUES (2, 2, 1, 'none', NULL, 'human', 1);
INSERT INTO label VALUES (1, 2, 'none', NULL, 'human');
`

/** A project file as the program of that version left it. */
function projectOfVersion(t: TestContext, version: number, rows: string): string {
  const path = join(tempFolder(t), 'old.shiliu')
  const db = new Database(path)
  db.pragma(`application_id = ${applicationId}`)
  for (const step of migrations.filter((m) => m.version <= version)) db.exec(step.sql)
  db.exec(rows)
  db.pragma(`user_version = ${version}`)
  db.close()
  return path
}

test('versions rise in steps of ten', () => {
  assert.deepEqual(
    migrations.map((m) => m.version),
    migrations.map((_, i) => (i + 1) * 10),
  )
})

for (const version of [10, 20]) {
  test(`a project of version ${version} comes up to date with all its rows, after a copy`, (t) => {
    const path = projectOfVersion(t, version, rowsOfVersion10)
    const project = openProject(path, 'write')
    t.after(() => project.close())
    const db = project.writable!
    assert.equal(db.pragma('user_version', { simple: true }), latestVersion)
    assert.deepEqual(
      listTexts(db, { query: '差' }, { after: 0, limit: 10 }).map((text) => text.a),
      ['很差'],
    )
    assert.equal(currentTask(db)?.guideline, '指南')
    assert.deepEqual(allLabels(db), [
      { text: 1, answer: { state: 'none' }, origin: 'human', proposal: null },
    ])
    undo(db)
    assert.deepEqual(allLabels(db)[0]?.answer, { state: 'class', class: 'c1' })

    assert.equal(project.backup, `${path}-backup-v${version}`)
    const copy = new Database(project.backup!, { readonly: true })
    assert.equal(copy.pragma('user_version', { simple: true }), version)
    assert.equal(copy.prepare('SELECT state FROM label').pluck().get(), 'none')
    copy.close()
  })
}

test('a project that is up to date is not copied', (t) => {
  const path = projectOfVersion(
    t,
    latestVersion,
    rowsOfVersion10.replace(/INSERT INTO label[^;]*;/g, ''),
  )
  openProject(path, 'write').close()
  assert.equal(existsSync(`${path}-backup-v${latestVersion}`), false)
})

test('an older project can be opened for reading, which brings it up to date first', (t) => {
  const path = projectOfVersion(t, 10, rowsOfVersion10)
  const project = openProject(path, 'read')
  assert.equal(project.writable, null)
  assert.equal(project.db.pragma('user_version', { simple: true }), latestVersion)
  project.close()
})

test('a migration that fails leaves the project at its version', (t) => {
  const path = projectOfVersion(
    t,
    10,
    `${rowsOfVersion10} CREATE TABLE model (x) STRICT;`.replace('(x)', '(x INTEGER)'),
  )
  assert.throws(() => openProject(path, 'write'), /model already exists/)
  const db = new Database(path, { readonly: true })
  assert.equal(db.pragma('user_version', { simple: true }), 10)
  assert.equal(db.prepare('SELECT count(*) FROM label').pluck().get(), 1)
  db.close()
})
