import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { ExportOutcome, Int8Report } from '../../core/records.ts'
import { fakeApp, finished, importTexts } from './fake-app.ts'

/** A project with a round, held-out labels and a pool; of `flips` texts int8 answers one otherwise. */
async function withRound(t: TestContext, { texts = 900, flips = Infinity } = {}) {
  process.env.FAKE_WORKER_INT8_FLIPS = String(flips)
  t.after(() => delete process.env.FAKE_WORKER_INT8_FLIPS)
  const fake = await fakeApp(t)
  const { app, folder } = fake
  await importTexts(app, folder, texts)
  await app.call('label.drawHeldOut', { size: 60 })
  await app.call('label.fromColumn', { column: 'cat', scope: 'heldout' })
  await app.call('label.fromColumn', { column: 'cat', perClass: 16 })
  const trained = await finished(app, await app.call('train.start', { recipe: { steps: 2 } }))
  assert.equal(trained.state, 'done')
  return fake
}

test('a measurement compares on the pool, and on the held-out set beside it', async (t) => {
  const { app } = await withRound(t)
  const job = await finished(app, await app.call('export.measureInt8', {}))
  const { same, verdict, heldOut, round, temperature } = job.result as Int8Report
  assert.deepEqual([round, temperature, verdict], [1, 1, 'passed'])
  assert.ok(same.n > 600 && same.successes === same.n)
  assert.deepEqual([heldOut!.n, heldOut!.accuracy.value, heldOut!.broken], [60, 0, 0])
})

test('an export takes the measurement that is there, and its shift', async (t) => {
  const { app, folder } = await withRound(t)
  await finished(app, await app.call('export.measureInt8', {}))
  const out = join(folder, 'out')
  // Measured again, it would not pass any more.
  process.env.FAKE_WORKER_INT8_FLIPS = '2'
  const job = await finished(app, await app.call('export.start', { folder: out, int8: true }))
  assert.equal(job.state, 'done', JSON.stringify(job.error))
  assert.equal((job.result as ExportOutcome).int8!.verdict, 'passed')
  assert.deepEqual(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')), {
    shift: [0.5, -0.5],
  })
  assert.match(readFileSync(join(out, 'README.md'), 'utf8'), /The int8 model/)
})

test('another temperature is measured by the export itself', async (t) => {
  const { app, folder } = await withRound(t)
  await finished(app, await app.call('export.measureInt8', { temperature: 2 }))
  process.env.FAKE_WORKER_INT8_FLIPS = '2'
  const start = { folder: join(folder, 'out'), int8: true }
  const { error } = await finished(app, await app.call('export.start', start))
  assert.equal(error!.code, 'export.int8Differs')
})

test('what differs is not exported, and the error has the numbers', async (t) => {
  const { app, folder } = await withRound(t, { flips: 20 })
  const out = join(folder, 'out')
  const { error } = await finished(app, await app.call('export.start', { folder: out, int8: true }))
  assert.equal(error!.code, 'export.int8Differs')
  const { same, n, low } = error!.details as Record<string, number>
  assert.ok(same! < n! && low! < 0.99)
  assert.ok(!existsSync(out))
  const plain = await finished(app, await app.call('export.start', { folder: out }))
  assert.equal(plain.state, 'done')
  assert.equal((plain.result as ExportOutcome).int8, null)
})

test('with too few texts it cannot be told', async (t) => {
  const { app, folder } = await withRound(t, { texts: 240 })
  const start = { folder: join(folder, 'out'), int8: true }
  const { error } = await finished(app, await app.call('export.start', start))
  assert.equal(error!.code, 'export.int8TooFew')
  const measured = await finished(app, await app.call('export.measureInt8', {}))
  assert.equal((measured.result as Int8Report).verdict, 'tooFew')

  await importTexts(app, folder, 900)
  const again = await finished(app, await app.call('export.start', start))
  assert.equal(again.state, 'done', JSON.stringify(again.error))
})
