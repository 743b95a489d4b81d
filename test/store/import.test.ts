import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { StepRecord } from '../../core/job.ts'
import { preview } from '../../main/import/preview.ts'
import { importReports } from '../../main/store/imports.ts'
import { importFile } from '../../main/training/programs/import.ts'
import type { Work } from '../../main/training/work.ts'
import { tempFolder, tempProject } from './temp-project.ts'

/** Imports a file of about two blocks while another program answers every report of progress. */
async function importBeside(t: TestContext, meddle: (path: string, step: StepRecord) => void) {
  const path = join(tempFolder(t), 'x.csv')
  const rows = Array.from({ length: 9000 }, (_, i) => `${i},今天的饭菜好不好，好的`)
  writeFileSync(path, `id,text\n${rows.join('\n')}\n`)
  const { plan } = await preview(path)
  const db = tempProject(t).writable
  const work = {
    db,
    input: { path, plan },
    signal: new AbortController().signal,
    report: (step: StepRecord) => meddle(path, step),
  } as unknown as Work
  return { db, path, ended: importFile(work) }
}

test('a file that changes after it was checked is refused before anything is written', async (t) => {
  const { db, path, ended } = await importBeside(t, (file, { phase, done, total }) => {
    if (phase === 'check' && done === total) writeFileSync(file, 'id,text\n1,好\n')
  })
  await assert.rejects(ended, { code: 'import.changed', details: { path } })
  assert.deepEqual(importReports(db), [])
})

test('a file that changes while it is imported is refused with what is in the project', async (t) => {
  const { db, path, ended } = await importBeside(t, (file, { phase, done, total }) => {
    if (phase === 'import' && done < total) appendFileSync(file, '9000,"没有结束')
  })
  await assert.rejects(ended, (error: { code: string; details: { added: number } }) => {
    const [{ added, state } = { added: 0, state: '' }] = importReports(db)
    assert.deepEqual([error.code, state], ['import.changedMidway', 'stopped'])
    assert.deepEqual(error.details, { path, added })
    assert.ok(added > 0)
    return true
  })
})
