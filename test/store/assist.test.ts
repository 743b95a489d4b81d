import assert from 'node:assert/strict'
import { once, EventEmitter } from 'node:events'
import { resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Question } from '../../core/job.ts'
import { Assist } from '../../main/assist.ts'
import { forkWorker } from '../../main/fork-worker.ts'
import { fakeApp, finished, importTexts } from './fake-app.ts'
import { twoClasses } from './temp-project.ts'

const entry = resolve(import.meta.dirname, '../fixtures/fake-worker.ts')
const check: Question = { kind: 'check', task: twoClasses, model: 'x' }
const score: Question = { kind: 'score', task: twoClasses, model: 'x', texts: [{ a: '好' }] }

/** An assist process over the fake worker, with what becomes of its processes. */
function fakeAssist(t: TestContext, idleMs?: number) {
  const ends = new EventEmitter<{ end: [] }>()
  let starts = 0
  const startWorker = () => {
    starts++
    const worker = forkWorker(entry)
    worker.onExit(() => ends.emit('end'))
    return worker
  }
  const assist = new Assist({ startWorker }, idleMs)
  t.after(() => assist.close())
  return { assist, ends, starts: () => starts }
}

test('questions are answered while a job runs', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 60)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  process.env.FAKE_WORKER_STEP_MS = '5'
  t.after(() => delete process.env.FAKE_WORKER_STEP_MS)
  const { job } = await app.call('train.start', { recipe: { steps: 100_000 } })
  const { words, sound } = await app.call('task.check', {})
  assert.deepEqual(
    [words[0], sound[0]],
    [
      [['好'], ['差']],
      [true, true],
    ],
  )
  const view = await app.call('assist.pattern', { text: { a: '很好' } })
  assert.deepEqual(
    view.tokens.map(({ text }) => text),
    ['很', '好'],
  )
  const { texts, classes, groups, model } = await app.call('assist.score', {
    model: 'base',
    texts: [{ a: '好' }, { a: '差' }],
  })
  assert.deepEqual(
    [texts.map(({ logits }) => logits), classes, groups, model.source],
    [
      [
        [1, 0],
        [0, 1],
      ],
      ['c1', 'c2'],
      ['甲', '乙'],
      'lastRun',
    ],
  )
  assert.notEqual((await app.call('jobs.get', { job })).state, 'done')
  await app.call('jobs.cancel', { job })
})

test('the round in use answers by the task that it was trained with', async (t) => {
  const { app, folder } = await fakeApp(t)
  await assert.rejects(app.call('assist.score', { model: 'round', texts: [{ a: '好' }] }), {
    code: 'round.none',
  })
  await importTexts(app, folder, 60)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  await finished(app, await app.call('train.start', {}))
  const { task } = (await app.call('task.get', {}))!
  const [first] = task.groups
  const fewer = { ...task, groups: [first!] }
  await app.call('task.set', fewer)
  const asked = { model: 'round' as const, texts: [{ a: '好' }] }
  const { groups, model } = await app.call('assist.score', asked)
  assert.deepEqual([groups, model.source, model.round], [['甲', '乙'], 'round', 1])
  const { groups: given } = await app.call('assist.score', { ...asked, definition: fewer })
  assert.deepEqual(given, ['甲'])
})

test('a refused question says why and takes no other along', async (t) => {
  const { app } = await fakeApp(t)
  const definition = { classes: [{ name: '好评' }], patterns: [], groups: [] }
  const texts = [{ a: '好' }]
  await assert.rejects(app.call('assist.score', { definition, model: 'base', texts }), {
    code: 'task.noPattern',
  })
  await assert.rejects(
    app.call('assist.score', { model: 'base', texts: Array(21).fill(texts[0]) }),
    {
      code: 'call.badInput',
    },
  )
  assert.equal((await app.call('task.check', { definition })).kind, 'check')
})

test('a question that the process dies of is asked once more, and then fails alone', async (t) => {
  const { app, die } = await fakeApp(t)
  die('ask check')
  assert.equal((await app.call('task.check', {})).kind, 'check')
  die('ask check', 'ask check')
  const [dies, lives] = await Promise.allSettled([
    app.call('task.check', {}),
    app.call('assist.pattern', { text: { a: '好' } }),
  ])
  assert.equal(dies.status === 'rejected' && dies.reason.code, 'assist.died')
  assert.equal(lives.status, 'fulfilled')
})

test('one process answers all questions, ends when it has nothing to do, and is started again', async (t) => {
  const { assist, ends, starts } = fakeAssist(t, 1)
  const end = once(ends, 'end')
  await Promise.all([assist.ask(check), assist.ask(score), assist.ask(check)])
  assert.equal(starts(), 1)
  await end
  assert.equal((await assist.ask(check)).kind, 'check')
  assert.equal(starts(), 2)
})

test('a check goes before scores that wait', async (t) => {
  const { assist } = fakeAssist(t)
  const order: string[] = []
  const ask = (name: string, question: Question) =>
    assist.ask(question).then(() => order.push(name))
  await Promise.all([ask('first', score), ask('second', score), ask('check', check)])
  assert.deepEqual(order, ['first', 'check', 'second'])
})

test('closing ends the process and every open question', async (t) => {
  const { assist, ends } = fakeAssist(t)
  await assist.ask(check)
  const end = once(ends, 'end')
  const open = [assist.ask(check), assist.ask(score)].map((asked) =>
    assert.rejects(asked, { code: 'assist.died' }),
  )
  assist.close()
  await Promise.all([...open, end])
})
