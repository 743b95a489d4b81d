import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TrainOutcome } from '../../core/records.ts'
import { fakeApp, finished, importTexts, type FakeApp } from './fake-app.ts'

const settings = { recipe: { steps: 20 }, checkpointEvery: 5 }

async function labelled(fake: FakeApp): Promise<FakeApp> {
  await importTexts(fake.app, fake.folder, 60)
  await fake.app.call('label.fromColumn', { column: 'cat', perClass: 8 })
  return fake
}

async function uninterrupted(fake: FakeApp): Promise<string> {
  await labelled(fake)
  const job = await finished(fake.app, await fake.app.call('train.start', settings))
  return (job.result as TrainOutcome).sha256
}

test('a run whose process dies goes on from its checkpoint and ends with the same weights', async (t) => {
  const expected = await uninterrupted(await fakeApp(t))
  const { app, die } = await labelled(await fakeApp(t))
  die('train 3', 'train 7', 'train 11', 'train 17')
  const { job } = await app.call('train.start', settings)
  const ended = await finished(app, { job })
  assert.equal(ended.state, 'done')
  assert.equal((ended.result as TrainOutcome).sha256, expected)
})

test('a process that dies at the same place again ends the job, which can be resumed', async (t) => {
  const expected = await uninterrupted(await fakeApp(t))
  const { app, die } = await labelled(await fakeApp(t))
  die('train 8', 'train 8', 'train 8', 'train 8')
  const { job } = await app.call('train.start', settings)
  const broken = await finished(app, { job })
  assert.deepEqual([broken.state, broken.error?.code], ['interrupted', 'job.workerDied'])
  const resumed = await finished(app, await app.call('jobs.resume', { kind: 'train' }))
  assert.deepEqual([resumed.id, resumed.state], [job, 'done'])
  assert.equal((resumed.result as TrainOutcome).sha256, expected)
})

test('a stopped run keeps its checkpoint over a restart and ends with the same weights', async (t) => {
  const expected = await uninterrupted(await fakeApp(t))
  const fake = await labelled(await fakeApp(t))
  process.env.FAKE_WORKER_STEP_MS = '20'
  t.after(() => delete process.env.FAKE_WORKER_STEP_MS)
  const { job } = await fake.app.call('train.start', settings)
  await new Promise<void>((reached) => {
    fake.app.subscribe(job, 0, ({ done }) => done >= 4 && reached())
  })
  const stopped = await fake.app.call('jobs.cancel', { job })
  assert.deepEqual([stopped.state, stopped.error?.code], ['cancelled', 'job.cancelled'])
  const app = await fake.restart()
  const resumed = await finished(app, await app.call('jobs.resume', {}))
  assert.equal((resumed.result as TrainOutcome).sha256, expected)
  const steps = (await app.call('jobs.events', { job })).filter((e) => e.phase === 'train')
  assert.equal(steps.filter((e) => e.done === 1).length, 1)
})

test('closing the application stops a run so that it can be taken up again', async (t) => {
  const expected = await uninterrupted(await fakeApp(t))
  const fake = await labelled(await fakeApp(t))
  process.env.FAKE_WORKER_STEP_MS = '10'
  t.after(() => delete process.env.FAKE_WORKER_STEP_MS)
  await fake.app.call('train.start', settings)
  const app = await fake.restart()
  const resumed = await finished(app, await app.call('jobs.resume', {}))
  assert.equal((resumed.result as TrainOutcome).sha256, expected)
})

test('a death while scoring repeats the scoring, not the training', async (t) => {
  const { app, die } = await labelled(await fakeApp(t))
  await app.call('label.drawHeldOut', { size: 10 })
  die('score 0')
  const { job } = await app.call('train.start', settings)
  assert.equal((await finished(app, { job })).state, 'done')
  const steps = (await app.call('jobs.events', { job })).filter((e) => e.phase === 'train')
  assert.equal(steps.filter((e) => e.done === 20).length, 1)
  assert.equal((await app.call('rounds.list', {})).rounds.length, 1)
})

test('there is nothing to resume after a job that ended well', async (t) => {
  const { app } = await labelled(await fakeApp(t))
  await finished(app, await app.call('train.start', settings))
  await assert.rejects(app.call('jobs.resume', { kind: 'train' }), { code: 'job.nothingToResume' })
})

test('jobs that compute run one after the other, and a waiting one can be cancelled', async (t) => {
  const { app } = await labelled(await fakeApp(t))
  const first = await app.call('train.start', settings)
  const second = await app.call('train.start', { ...settings, seed: 5 })
  const third = await app.call('train.start', { ...settings, seed: 6 })
  assert.equal((await app.call('jobs.get', third)).state, 'queued')
  const cancelled = app.call('jobs.cancel', third)
  const ended = [await finished(app, first), await finished(app, second), await cancelled]
  assert.deepEqual(
    ended.map((job) => job.state),
    ['done', 'done', 'cancelled'],
  )
  assert.ok(ended[1]!.startedAt! >= ended[0]!.finishedAt!)
  assert.deepEqual(
    (await app.call('rounds.list', {})).rounds.map((r) => r.number),
    [1, 2],
  )
})

test('an export whose process dies after its last file starts anew, and touches nothing else', async (t) => {
  const fake = await labelled(await fakeApp(t))
  await finished(fake.app, await fake.app.call('train.start', settings))
  const parent = join(fake.folder, 'models')
  mkdirSync(join(parent, 'mine.part'), { recursive: true })
  writeFileSync(join(parent, 'mine.part', 'thesis.txt'), 'weeks of work')
  const folder = join(parent, 'mine')
  fake.die('export 1', 'export 1')
  const ended = await finished(fake.app, await fake.app.call('export.start', { folder }))
  assert.deepEqual([ended.state, ended.error], ['done', null])
  assert.deepEqual(readdirSync(parent), ['mine', 'mine.part'])
  assert.deepEqual(readdirSync(join(parent, 'mine.part')), ['thesis.txt'])
  assert.ok(readdirSync(folder).includes('SHA256SUMS'))

  const onFile = join(parent, 'mine', 'config.json')
  await assert.rejects(fake.app.call('export.start', { folder: onFile }), {
    code: 'export.folderExists',
  })
})
