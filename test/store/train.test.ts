import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Flip } from '../../core/records.ts'
import type { App } from '../../main/app.ts'
import { fakeApp, finished, importTexts, type FakeApp } from './fake-app.ts'

const nothing = { gold: 0, accepted: 0, rejected: 0 }

/** 400 texts, 16 labels a class, and the whole held-out sample labelled. */
async function labelled(t: TestContext): Promise<FakeApp> {
  const fake = await fakeApp(t)
  await importTexts(fake.app, fake.folder, 400)
  await fake.app.call('label.fromColumn', { column: 'cat', perClass: 16 })
  await fake.app.call('label.fromColumn', { column: 'cat', scope: 'heldout' })
  return fake
}

/** Trains a round; a wrong one takes every good text for a bad one and the other way round. */
async function round(app: App, isWrong = false): Promise<void> {
  if (isWrong) process.env.FAKE_WORKER_WRONG = '1'
  await finished(app, await app.call('train.start', { recipe: { steps: 5 } }))
  delete process.env.FAKE_WORKER_WRONG
}

test('a plan says what a run would be made of, and everything that keeps it from starting', async (t) => {
  const { app, folder } = await fakeApp(t)
  const empty = await app.call('train.plan', {})
  assert.deepEqual(
    empty.obstacles.map(({ code }) => code),
    ['train.noTexts', 'task.emptyClass'],
  )
  assert.deepEqual(empty.texts, nothing)

  await importTexts(app, folder, 60)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  const plan = await app.call('train.plan', { recipe: { batch: 4 }, seed: 7, threads: 1 })
  assert.deepEqual(
    [plan.obstacles, plan.texts, plan.recipe?.steps, plan.recipe?.batch, plan.seed, plan.threads],
    [[], { ...nothing, gold: 8 }, 20, 4, 7, 1],
  )
  assert.equal((await app.call('project.info', {})).runs, 0)
})

test('what a plan counts is what the run then takes', async (t) => {
  const { app } = await labelled(t)
  await round(app)
  await finished(app, await app.call('review.propose', {}))
  const [top] = await app.call('review.queue', {})
  await app.call('review.decide', { verdicts: [{ text: top!.text, verdict: { kind: 'reject' } }] })
  const { id } = await app.call('audit.create', { size: 60 })
  const answers = (await app.call('audit.items', { audit: id })).map(({ text, class: c }) => ({
    text,
    answer: { state: 'class', class: c } as const,
  }))
  await app.call('audit.answer', { audit: id, answers })
  await app.call('audit.accept', { audit: id })
  const { texts } = await app.call('train.plan', {})
  await round(app)
  const [latest] = await app.call('train.runs', {})
  assert.deepEqual(texts, latest!.texts)
  assert.deepEqual(texts, { gold: 92, accepted: 207, rejected: 1 })
})

test('a run stands in the list with its job, its round and its figure, however it ended', async (t) => {
  const { app, die } = await labelled(t)
  await round(app)
  die('train 12', 'train 10', 'train 10')
  const settings = { recipe: { steps: 20 }, checkpointEvery: 10 }
  await finished(app, await app.call('train.start', settings))
  const [second, first] = await app.call('train.runs', {})
  assert.deepEqual(
    [first!.state, first!.round, first!.heldOut, first!.accuracy?.value, first!.checkpoint],
    ['done', 1, 100, 1, null],
  )
  assert.deepEqual(
    [second!.state, second!.error?.code, second!.round, second!.accuracy, second!.checkpoint],
    ['interrupted', 'job.workerDied', null, null, 10],
  )
  assert.deepEqual(second!.texts, { ...nothing, gold: 32 })
  assert.equal((await app.call('project.info', {})).runs, 2)
})

test('a run that puts every held-out text into one class is said to have collapsed', async (t) => {
  const { app } = await labelled(t)
  process.env.FAKE_WORKER_ONE_CLASS = '1'
  t.after(() => delete process.env.FAKE_WORKER_ONE_CLASS)
  await round(app)
  delete process.env.FAKE_WORKER_ONE_CLASS
  await round(app)
  const runs = await app.call('train.runs', {})
  const { classes } = (await app.call('task.get', {}))!.task
  assert.deepEqual(
    runs.map((run) => run.collapsedTo),
    [null, classes[0]!.id],
  )
})

test('texts that flipped are listed page by page, the held-out ones by what became of them', async (t) => {
  const { app } = await labelled(t)
  await round(app)
  await round(app, true)
  const pair = { before: 1, after: 2 }
  const broken = await app.call('rounds.flips', { ...pair, kind: 'broken' })
  const { classes } = (await app.call('task.get', {}))!.task
  assert.equal(broken.length, 100)
  for (const { a, from, label, heldOut } of broken) {
    const right = classes[a.includes('好') ? 0 : 1]!.id
    assert.deepEqual([from, label, heldOut], [right, { state: 'class', class: right }, true])
  }
  const comparison = await app.call('rounds.compare', pair)
  assert.deepEqual([comparison!.broken, comparison!.fixed], [100, 0])
  assert.deepEqual(await app.call('rounds.flips', { ...pair, kind: 'fixed' }), [])
  const back = { before: 2, after: 1, kind: 'fixed' } as const
  assert.equal((await app.call('rounds.flips', back)).length, 100)
  assert.deepEqual(await app.call('rounds.flips', { ...pair, kind: 'other' }), [])

  const pages: Flip[] = []
  for (let afterText = 0; ; afterText = pages.at(-1)!.text) {
    const page = await app.call('rounds.flips', { ...pair, afterText, limit: 30 })
    pages.push(...page)
    if (page.length < 30) break
  }
  assert.deepEqual(pages, broken)
})
