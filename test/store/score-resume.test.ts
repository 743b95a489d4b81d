import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { JobId } from '../../core/project.ts'
import type { ProposeOutcome } from '../../core/records.ts'
import type { App } from '../../main/app.ts'
import { connectReadOnly } from '../../main/store/open.ts'
import { fakeApp, finished, importTexts, type FakeApp } from './fake-app.ts'

/** Makes a pool of some portions of 256, the last of which is not full. */
const texts = 1400
const rule = { share: 0.1, minimum: 5, unanimous: true }

/** An application with a round in use. */
async function trained(t: TestContext): Promise<FakeApp> {
  const fake = await fakeApp(t)
  await importTexts(fake.app, fake.folder, texts)
  await fake.app.call('label.fromColumn', { column: 'cat', perClass: 8 })
  await train(fake.app)
  return fake
}

async function train(app: App, seed = 1): Promise<void> {
  await finished(app, await app.call('train.start', { recipe: { steps: 3 }, seed }))
}

/** Everything that a scoring leaves, but for when and by whom. */
function written({ path }: FakeApp) {
  const db = connectReadOnly(path)
  const all = (query: string) => db.prepare(query).raw().all()
  const found = {
    scores: all(
      `SELECT run_id, text_id, class_id, probability, margin, agreement, hex(logits), hex(groups)
       FROM score ORDER BY run_id, text_id`,
    ),
    classes: all('SELECT * FROM run_class ORDER BY run_id, class_id'),
    proposals: all(
      `SELECT run_id, text_id, class_id, score, margin, agreement, hex(probabilities)
       FROM proposal ORDER BY id`,
    ),
    groups: all('SELECT * FROM proposal_group ORDER BY proposal_id, position'),
  }
  db.close()
  return found
}

async function undisturbed(t: TestContext) {
  const fake = await trained(t)
  const ended = await finished(fake.app, await fake.app.call('review.propose', { rule }))
  return { outcome: ended.result as ProposeOutcome, written: written(fake) }
}

/** How many texts the compute processes of a job have scored in all. */
async function scoredIn(app: App, job: JobId): Promise<number> {
  const events = await app.call('jobs.events', { job })
  return events.reduce((sum, { figures }) => sum + (figures['fresh'] ?? 0), 0)
}

/** Starts to score and stops when some portions are done. */
async function stopped({ app }: FakeApp): Promise<JobId> {
  slowly(seen)
  const { job } = await app.call('review.propose', { rule })
  await new Promise<void>((reached) => {
    app.subscribe(job, 0, ({ phase, done }) => phase === 'score' && done >= 512 && reached())
  })
  const { state, error } = await app.call('jobs.cancel', { job })
  assert.deepEqual([state, error?.code], ['cancelled', 'job.cancelled'])
  return job
}

/** So slow that every line of progress is written down. */
const seen = '300'

function slowly(milliseconds: string): void {
  process.env.FAKE_WORKER_STEP_MS = milliseconds
}

/** Scores of texts that are not held out, which training has scored. */
const ofPool = ({ scores }: ReturnType<typeof written>, heldOut: number) => scores.length - heldOut

test('a scoring whose process dies again and again goes on, and ends as if nothing had been', async (t) => {
  const expected = await undisturbed(t)
  const fake = await trained(t)
  t.after(() => delete process.env.FAKE_WORKER_STEP_MS)
  slowly(seen)
  fake.die('score 256', 'score 512', 'score 512', 'score 1024', 'score 1280')
  const { job } = await fake.app.call('review.propose', { rule })
  const ended = await finished(fake.app, { job })
  assert.deepEqual([ended.state, ended.result], ['done', expected.outcome])
  assert.deepEqual(written(fake), expected.written)
  assert.equal(await scoredIn(fake.app, job), expected.outcome.pool)
})

test('a scoring that dies thrice at one place ends, keeps its portions and can be resumed', async (t) => {
  const expected = await undisturbed(t)
  const fake = await trained(t)
  const heldOut = written(fake).scores.length
  fake.die('score 768', 'score 768', 'score 768')
  const { job } = await fake.app.call('review.propose', { rule })
  const broken = await finished(fake.app, { job })
  assert.deepEqual([broken.state, broken.error?.code], ['interrupted', 'job.workerDied'])
  assert.equal(ofPool(written(fake), heldOut), 768)
  const app = await fake.restart()
  const resumed = await finished(app, await app.call('jobs.resume', { kind: 'propose' }))
  assert.deepEqual([resumed.id, resumed.state], [job, 'done'])
  assert.deepEqual(written(fake), expected.written)
})

test('a stopped scoring goes on after a restart with the texts that are left', async (t) => {
  const expected = await undisturbed(t)
  const fake = await trained(t)
  t.after(() => delete process.env.FAKE_WORKER_STEP_MS)
  const heldOut = written(fake).scores.length
  const job = await stopped(fake)
  const kept = ofPool(written(fake), heldOut)
  assert.ok(kept >= 512 && kept < expected.outcome.pool && kept % 256 === 0, `${kept} scores`)
  const app = await fake.restart()
  slowly(seen)
  const resumed = await finished(app, await app.call('jobs.resume', { job }))
  assert.deepEqual([resumed.state, resumed.result], ['done', expected.outcome])
  assert.deepEqual(written(fake), expected.written)
  assert.equal(await scoredIn(app, job), expected.outcome.pool)
})

test('labels that came meanwhile leave the pool, and the rest is proposed as it would have been', async (t) => {
  const label = (app: App) => app.call('label.fromColumn', { column: 'cat', perClass: 40, seed: 3 })
  const other = await trained(t)
  await label(other.app)
  await finished(other.app, await other.app.call('review.propose', { rule }))
  const fake = await trained(t)
  t.after(() => delete process.env.FAKE_WORKER_STEP_MS)
  const job = await stopped(fake)
  await label(fake.app)
  slowly('0')
  const resumed = await finished(fake.app, await fake.app.call('jobs.resume', { job }))
  assert.equal(resumed.state, 'done')
  assert.deepEqual(written(fake).proposals, written(other).proposals)
  assert.deepEqual(written(fake).groups, written(other).groups)
})

test('scores of another round, or of another job, are not taken for those of this one', async (t) => {
  const fake = await trained(t)
  const { app } = fake
  t.after(() => delete process.env.FAKE_WORKER_STEP_MS)
  const job = await stopped(fake)
  slowly('0')
  await train(app, 2)
  const { inUse } = await app.call('rounds.list', {})
  assert.equal(inUse, 2)
  slowly(seen)
  const before = await scoredIn(app, job)
  const resumed = await finished(app, await app.call('jobs.resume', { job }))
  const { run, pool } = resumed.result as ProposeOutcome
  assert.equal(run, 2)
  assert.equal(await scoredIn(app, job), before + pool)
  const again = await app.call('review.propose', { rule })
  await finished(app, again)
  assert.equal(await scoredIn(app, again.job), pool)
})
