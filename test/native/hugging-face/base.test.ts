import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { openApp } from '../../../main/app.ts'
import { testHost } from '../../store/fake-app.ts'
import { tinyTask, tinyTexts } from '../../fixtures/tiny-model.ts'
import { checkpoints, folderOf } from './fixtures.ts'

const worker = resolve(import.meta.dirname, '../../../worker/index.ts')

test('rounds begin from folders of Hugging Face, added or not, in whatever form', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'shiliu-base-'))
  const app = openApp(testHost(root, worker))
  t.after(async () => {
    await app.close()
    rmSync(root, { recursive: true, force: true })
  })
  const wait = ({ job }: { job: number }) => app.call('jobs.wait', { job })
  await app.call('project.create', { path: join(root, 'p.shiliu') })
  const rows = tinyTexts(80).map(({ a, id, target }) => {
    return `${a}${id},${target.kind === 'class' && target.class === 0 ? '好' : '坏'}`
  })
  const path = join(root, 'texts.csv')
  writeFileSync(path, `text,label\n${rows.join('\n')}\n`)
  const { plan } = await app.call('data.preview', { path, choice: { text: 'text' } })
  await wait(await app.call('data.import', { path, plan }))
  const words = (good: string, bad: string) => ({ 好: good, 坏: bad })
  await app.call('task.set', {
    classes: [{ name: '好' }, { name: '坏' }],
    patterns: tinyTask.patterns,
    groups: [{ name: '满意', words: words('满意', '失望') }],
  })
  await app.call('label.fromColumn', { column: 'label', perClass: 8 })

  for (const name of checkpoints) {
    const { folder } = await app.call('models.add', { folder: folderOf(name) })
    assert.ok(readFileSync(join(folder, 'SHA256SUMS'), 'utf8').includes('model.safetensors'))
  }
  const added = await app.call('models.list', {})
  assert.deepEqual(
    added.map(({ name, architecture, layers }) => [name, architecture, layers]),
    [
      ['albert', 'albert', 3],
      ['bert', 'bert', 2],
      ['bert-legacy', 'bert', 2],
    ],
  )
  const recipe = { steps: 2, batch: 4, maxTokens: 32 }
  for (const base of [...checkpoints, ...checkpoints.map(folderOf)]) {
    const { obstacles } = await app.call('train.plan', { base })
    assert.deepEqual(obstacles, [], base)
    const job = await wait(await app.call('train.start', { base, recipe }))
    assert.equal(job.state, 'done', JSON.stringify(job.error))
  }
  const runs = (await app.call('train.runs', {})).toReversed()
  // Shards are put together as adding does it; a folder in one file is stored as it is.
  assert.equal(runs[1]!.base, runs[4]!.base)
  assert.deepEqual(
    runs.map(({ state }) => state),
    runs.map(() => 'done'),
  )
  const empty = mkdtempSync(join(root, 'empty-'))
  await assert.rejects(app.call('models.add', { folder: empty }), { code: 'model.missing' })
  await assert.rejects(app.call('train.start', { base: empty }), { code: 'model.missing' })
})
