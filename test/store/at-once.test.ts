import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inParts } from '../../main/cli/at-once.ts'
import { importTexts, fakeApp } from './fake-app.ts'

test('a list that is longer than one call takes is labelled in parts, and counted as a whole', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 12)
  const texts = await app.call('data.texts', {})
  const { task } = (await app.call('task.get', {}))!
  const mark = { state: 'class', class: task.classes[0]!.id } as const
  const edits = texts.map(({ id: text }) => ({ text, mark }))
  const sizes: number[] = []
  const set = (some: typeof edits) => {
    sizes.push(some.length)
    return app.call('label.set', { edits: some })
  }
  const { entry } = await inParts(edits, set, 5)
  assert.deepEqual([sizes, entry!.changes], [[5, 5, 2], 12])
  assert.equal((await app.call('label.journal', {})).length, 3)
  const again = await inParts(edits, set, 5)
  assert.equal(again.entry, null)
})
