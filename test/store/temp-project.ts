import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { TextId } from '../../core/project.ts'
import type { Task } from '../../core/task.ts'
import { ImportWriter } from '../../main/store/imports.ts'
import { createProject, openProject, type OpenProject } from '../../main/store/open.ts'
import { saveTask } from '../../main/store/tasks.ts'
import type { WritableDb } from '../../main/store/database.ts'

/** A folder that goes away with the test. */
export function tempFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'shiliu-store-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A new project in a temporary folder, closed with the test. */
export function tempProject(t: TestContext): OpenProject & { writable: WritableDb } {
  const project = createProject(join(tempFolder(t), 'p.shiliu'), { seed: 7 })
  t.after(() => project.close())
  return { ...project, writable: project.writable! }
}

export function reopen(t: TestContext, project: OpenProject): WritableDb {
  project.close()
  const again = openProject(project.path, 'write')
  t.after(() => again.close())
  return again.writable!
}

export const twoClasses: Task = {
  kind: 'single',
  classes: [
    { id: 'c1', name: '好评' },
    { id: 'c2', name: '差评' },
  ],
  patterns: ['{a}。总之[MASK]。'],
  groups: [
    { name: '甲', words: { c1: '好', c2: '差' } },
    { name: '乙', words: { c1: '棒', c2: '烂' } },
  ],
}

/** Adds texts `文本 1` to `文本 n` (or those given), and the task. Returns their ids. */
export function fill(db: WritableDb, texts: number | readonly string[]): TextId[] {
  saveTask(db, twoClasses, '')
  const list = typeof texts === 'number' ? numbered(texts) : texts
  return addTexts(db, list)
}

export function addTexts(db: WritableDb, texts: readonly string[], source = 'x.csv'): TextId[] {
  const writer = new ImportWriter(db, source, {})
  const rows = texts.map((a, i) => ({
    line: i + 2,
    sourceId: null,
    a,
    b: null,
    columns: [['text', a]] as const,
  }))
  writer.add(rows, [])
  writer.end('done')
  const ids = db.prepare('SELECT id FROM text WHERE import_id = ? ORDER BY id').pluck()
  return ids.all(writer.id) as TextId[]
}

function numbered(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `这是编号为${i + 1}的一条评论，内容第${i * 7919}号`)
}
