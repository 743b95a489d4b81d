import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setLabels } from '../../main/store/labels.ts'
import { journal } from '../../main/store/journal.ts'
import { countTexts } from '../../main/store/texts.ts'
import { addTexts, fill, reopen, tempProject } from './temp-project.ts'

test('a full disk stops the change with a clear error and loses nothing that was there', (t) => {
  const project = tempProject(t)
  const db = project.writable
  const ids = fill(db, 400)
  setLabels(db, [{ text: ids[0]!, mark: { state: 'class', class: 'c1' }, origin: 'human' }])
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`)

  const full = { code: 'project.diskFull', details: { path: project.path } }
  assert.throws(
    () =>
      addTexts(
        db,
        ids.map((id) => `${id} ${'很长的一条评论'.repeat(50)}`),
      ),
    full,
  )
  const all = ids.map((text) => ({ text, mark: { state: 'none' }, origin: 'human' }) as const)
  assert.throws(() => setLabels(db, all), full)

  const again = reopen(t, project)
  assert.equal(again.pragma('integrity_check', { simple: true }), 'ok')
  assert.equal(countTexts(again), 400)
  assert.equal(journal(again, 10).length, 1)
  assert.notEqual(setLabels(again, all), null)
})
