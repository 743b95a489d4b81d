import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { mostAtOnce } from '../../core/contract.ts'
import type { TextId } from '../../core/project.ts'
import type { Job, ProposeOutcome, TrainOutcome } from '../../core/records.ts'
import { openApp } from '../../main/app.ts'
import { fakeApp, finished, importTexts, testHost } from './fake-app.ts'
import { tempFolder } from './temp-project.ts'

test('a call is refused when its input is wrong, with the place and what was expected', async (t) => {
  const { app } = await fakeApp(t)
  const wrong = { steps: 'two' as unknown as number }
  await assert.rejects(app.call('label.undo', wrong), {
    code: 'call.badInput',
    details: { call: 'label.undo', path: 'steps', expected: 'number', got: '"two"' },
  })
})

test('a call with more than it takes at once is refused whole', async (t) => {
  const { app } = await fakeApp(t)
  const edit = { text: 1 as TextId, mark: { state: 'none' } } as const
  const edits = Array.from({ length: mostAtOnce + 1 }, () => edit)
  await assert.rejects(app.call('label.set', { edits }), {
    code: 'call.badInput',
    details: { call: 'label.set', path: 'edits', expected: '<=10000', got: '10001' },
  })
})

test('nothing works without a project, and nothing is written to one that is open for reading', async (t) => {
  const { path } = await fakeApp(t)
  const other = openApp(testHost(tempFolder(t)))
  t.after(() => other.close())
  await assert.rejects(other.call('label.summary', {}), { code: 'project.noneOpen' })
  await assert.rejects(other.call('project.open', { path }), { code: 'project.inUse' })
  const info = await other.call('project.open', { path, mode: 'read' })
  assert.deepEqual([info.isReadOnly, info.task?.task.classes.length], [true, 2])
  await assert.rejects(other.call('label.undo', {}), { code: 'project.readOnly' })
})

test('ids of one project are refused in another, and everybody hears that there is another', async (t) => {
  const { app, folder, path } = await fakeApp(t)
  await importTexts(app, folder, 4)
  const { opening } = await app.call('project.info', {})
  const heard: string[] = []
  app.on('project.switched', () => heard.push('switched'))
  const other = join(folder, 'other.shiliu')
  await app.call('project.create', { path: other })
  await importTexts(app, folder, 4)
  const edits = [{ text: 1 as TextId, mark: { state: 'none' } } as const]
  const refused = { code: 'project.other', details: { path: other } }
  await assert.rejects(app.call('label.set', { edits }, opening), refused)
  await assert.rejects(app.call('data.text', { id: 1 as TextId }, opening), refused)
  assert.deepEqual(await app.call('label.journal', {}), [])
  await assert.rejects(app.call('project.open', { path: join(folder, 'none.shiliu') }))
  assert.deepEqual(heard, ['switched'])
  const again = await app.call('project.open', { path }, opening)
  await assert.rejects(app.call('label.set', { edits }, opening), { code: 'project.other' })
  assert.notEqual((await app.call('label.set', { edits }, again.opening)).entry, null)
  await app.call('project.close', {})
  assert.deepEqual(heard, ['switched', 'switched', 'switched'])
})

test('a file is imported in the background with its report, and rejects bad rows by line', async (t) => {
  const { app, folder } = await fakeApp(t)
  const path = join(folder, 'x.csv')
  writeFileSync(path, 'id,text\n1,好\n2,\n3,差\n')
  const { plan } = await app.call('data.preview', { path })
  const job = await finished(app, await app.call('data.import', { path, plan }))
  assert.equal(job.state, 'done')
  const [report] = await app.call('data.imports', {})
  assert.deepEqual([report!.added, report!.rejected, report!.state], [2, 1, 'done'])
  const rejected = await app.call('data.rejected', { import: report!.id })
  assert.deepEqual(
    rejected.map((row) => [row.line, row.reason.code]),
    [[3, 'import.rowEmpty']],
  )
})

test('a fault at the end of a file leaves the project as it was', async (t) => {
  const { app, folder } = await fakeApp(t)
  const path = join(folder, 'x.csv')
  writeFileSync(path, `id,text\n${'1,好的评论\n'.repeat(50_000)}2,"没有结束`)
  const { plan } = await app.call('data.preview', { path })
  const job = await finished(app, await app.call('data.import', { path, plan }))
  assert.equal(job.state, 'failed')
  assert.match(job.error!.code, /^import\./)
  assert.equal((await app.call('project.info', {})).texts, 0)
})

test('the held-out sample is drawn by itself before the first label of a larger project', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 400)
  const { labels, perClass } = await app.call('label.fromColumn', {
    column: 'cat',
    perClass: 16,
    seed: 1,
  })
  assert.equal(labels.heldOut?.size, 100)
  assert.deepEqual(perClass, { 好评: 16, 差评: 16 })
  const [c1, c2] = labels.classes
  assert.deepEqual([c1!.train, c2!.train, c1!.heldOut + c2!.heldOut], [16, 16, 0])
  const again = await app.call('label.fromColumn', { column: 'cat', perClass: 16, seed: 1 })
  assert.equal(again.entry, null)
})

test('the whole loop: train, propose, audit, accept, train again, keep the better round', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 400)
  await app.call('label.fromColumn', { column: 'cat', perClass: 16 })
  await app.call('label.fromColumn', { column: 'cat', scope: 'heldout' })
  const first = await finished(app, await app.call('train.start', { recipe: { steps: 20 } }))
  assert.deepEqual([first.state, first.error], ['done', null])
  assert.equal((first.result as TrainOutcome).round, 1)

  const proposed = await finished(app, await app.call('review.propose', {}))
  assert.deepEqual(proposed.result, { run: 1, pool: 268, proposed: 268, barred: 0 })
  const queue = await app.call('review.queue', { limit: 2 })
  await app.call('review.decide', {
    verdicts: [
      { text: queue[0]!.text, verdict: { kind: 'approve' } },
      { text: queue[1]!.text, verdict: { kind: 'reject' } },
    ],
  })
  const audit = await app.call('audit.create', { size: 60 })
  const items = await app.call('audit.items', { audit: audit.id })
  const done = await app.call('audit.answer', {
    audit: audit.id,
    answers: items.map(({ text, class: c }) => ({
      text,
      answer: { state: 'class', class: c } as const,
    })),
  })
  assert.equal(done.state, 'passed')
  const accepted = await app.call('audit.accept', { audit: audit.id })
  assert.equal(accepted.entry?.changes, 206)

  const second = await finished(app, await app.call('train.start', { recipe: { steps: 20 } }))
  const outcome = second.result as TrainOutcome
  assert.deepEqual(
    [outcome.round, outcome.inUse, outcome.comparison?.verdict],
    [2, 1, 'no difference seen'],
  )
  const report = await app.call('rounds.list', {})
  assert.deepEqual(
    report.rounds.map((r) => [r.number, r.texts, r.heldOut, r.accuracy?.value]),
    [
      [1, { gold: 32, accepted: 0, rejected: 0 }, 100, 1],
      [2, { gold: 93, accepted: 206, rejected: 1 }, 100, 1],
    ],
  )
  assert.deepEqual([report.inUse, report.best, report.compared], [1, 1, 2])
  assert.ok(report.storage.shared < report.storage.apart)
  const kept = await app.call('rounds.keep', { round: 2 })
  assert.equal(kept.inUse, 2)
  await assert.rejects(app.call('rounds.discard', { round: 2 }), { code: 'round.inUse' })
  assert.equal((await app.call('rounds.discard', { round: 1 })).freed, 256)
  await assert.rejects(app.call('rounds.keep', { round: 1 }), { code: 'model.discarded' })
})

test('a worse round is not put into use, and a better one is, with a plain verdict', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 400)
  await app.call('label.fromColumn', { column: 'cat', perClass: 16 })
  await app.call('label.fromColumn', { column: 'cat', scope: 'heldout' })
  const round = async (isWrong: boolean) => {
    if (isWrong) process.env.FAKE_WORKER_WRONG = '1'
    const job = await finished(app, await app.call('train.start', {}))
    delete process.env.FAKE_WORKER_WRONG
    const { inUse, comparison } = job.result as TrainOutcome
    return [inUse, comparison?.verdict]
  }
  t.after(() => delete process.env.FAKE_WORKER_WRONG)
  assert.deepEqual(
    [await round(false), await round(true)],
    [
      [1, undefined],
      [1, 'did not help'],
    ],
  )
  await app.call('rounds.keep', { round: 2 })
  assert.deepEqual(await round(false), [3, 'helped'])
  const { history, best, compared } = await app.call('rounds.list', {})
  assert.deepEqual(
    [history.map((k) => [k.round, k.reason]), best, compared],
    [
      [
        [1, 'first'],
        [2, 'chosen'],
        [3, 'best'],
      ],
      1,
      3,
    ],
  )
})

test('two rounds that came out the same keep their weights until both are given up', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 60)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  const train = async (seed: number) => finished(app, await app.call('train.start', { seed }))
  const [first, second] = [await train(1), await train(1)]
  const sha256 = (job: Job) => (job.result as TrainOutcome).sha256
  assert.equal(sha256(first), sha256(second))
  assert.deepEqual(await app.call('rounds.discard', { round: 1 }), { freed: 0 })
  assert.deepEqual(
    (await app.call('rounds.list', {})).rounds.map((r) => [r.inUse, r.isDiscarded]),
    [
      [false, true],
      [true, false],
    ],
  )
  await assert.rejects(app.call('rounds.keep', { round: 1 }), { code: 'model.discarded' })
  const proposed = await finished(app, await app.call('review.propose', {}))
  assert.deepEqual([proposed.state, proposed.error], ['done', null])
  await train(2)
  assert.deepEqual(await app.call('rounds.discard', { round: 2 }), { freed: 256 })
})

test('a rejected class is not proposed again by a later round', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 100)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  await finished(app, await app.call('train.start', {}))
  await finished(app, await app.call('review.propose', {}))
  const [top] = await app.call('review.queue', {})
  await app.call('review.decide', { verdicts: [{ text: top!.text, verdict: { kind: 'reject' } }] })
  await finished(app, await app.call('train.start', {}))
  const job = await finished(app, await app.call('review.propose', {}))
  const { barred, proposed, pool } = job.result as ProposeOutcome
  assert.deepEqual([barred, proposed], [1, pool - 1])
})

test('progress can be followed from any point while a job runs and after it', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 60)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  const { job } = await app.call('train.start', { recipe: { steps: 30 } })
  const live: number[] = []
  app.subscribe(job, 0, ({ seq }) => live.push(seq))
  await finished(app, { job })
  const recorded = await app.call('jobs.events', { job })
  assert.deepEqual(
    live,
    recorded.map((event) => event.seq),
  )
  assert.deepEqual(
    live,
    live.map((_, i) => i + 1),
  )
  const steps = recorded.filter((event) => event.phase === 'train')
  assert.deepEqual([steps[0]!.done, steps.at(-1)!.done], [1, 30])
  const late: number[] = []
  app.subscribe(job, 2, ({ seq }) => late.push(seq))
  assert.deepEqual(late, live.slice(1))
})

test('a label that is given while a column is read stays, and so does its place in the sample', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 3000)
  await app.call('label.drawHeldOut', { size: 10 })
  const reading = app.call('label.fromColumn', { column: 'cat' })
  await setImmediate()
  const texts = await app.call('data.texts', { scope: 'pool', limit: 3 })
  const edits = texts.map(({ id }) => ({ text: id, mark: { state: 'none' } as const }))
  await app.call('label.set', { edits })
  const { labels } = await reading
  assert.equal(labels.classes.find((c) => c.class === null)?.train, 3)
})

test('the first look for texts draws the sample, compares all texts with it, and says so', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 400)
  const changes: string[] = []
  app.on('project.changed', ({ call }) => {
    changes.push(call)
    throw new Error('a listener of no use')
  })
  await app.call('label.next', { limit: 1 })
  await app.call('label.next', { limit: 1 })
  assert.deepEqual(changes, ['label.next'])
  const path = join(folder, 'again.csv')
  const [held] = await app.call('data.texts', { scope: 'heldout', limit: 1 })
  writeFileSync(path, `text\n${held!.a}！！\n`)
  const { plan } = await app.call('data.preview', { path })
  await finished(app, await app.call('data.import', { path, plan }))
  await app.call('label.next', { limit: 1 })
  const { heldOutNeighbours } = await app.call('label.summary', {})
  assert.ok(heldOutNeighbours > 0)
  const edit = { text: held!.id, mark: { state: 'none' } } as const
  assert.equal((await app.call('label.set', { edits: [edit] })).labels.heldOutLabelled, 1)
})

test('a label that draws the sample keeps the duplicates of its texts out at once', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 400)
  const before = await app.call('data.texts', { limit: 400 })
  const path = join(folder, 'again.csv')
  writeFileSync(path, `text\n${before.map(({ a }) => `${a}！！\n`).join('')}`)
  const { plan } = await app.call('data.preview', { path })
  await finished(app, await app.call('data.import', { path, plan }))
  const edit = { text: before[0]!.id, mark: { state: 'none' } } as const
  const { labels } = await app.call('label.set', { edits: [edit] })
  assert.ok(labels.heldOutNeighbours >= 100)
})

test('labelling goes on without a held-out sample after a run that failed at once', async (t) => {
  const { app, folder, die } = await fakeApp(t)
  await importTexts(app, folder, 60)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  die('start 0', 'start 0', 'start 0')
  const job = await finished(app, await app.call('train.start', {}))
  assert.equal(job.state, 'interrupted')
  await assert.rejects(app.call('label.drawHeldOut', {}), { code: 'heldout.tooLate' })
  await app.call('label.undo', {})
  await importTexts(app, folder, 400)
  const [text] = await app.call('label.next', { limit: 1 })
  const edit = { text: text!.id, mark: { state: 'none' } } as const
  assert.equal((await app.call('label.set', { edits: [edit] })).labels.heldOut, null)
})

test('a class without labels stops training before any work is done', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 60)
  await assert.rejects(app.call('train.start', {}), { code: 'task.emptyClass' })
  assert.deepEqual(
    (await app.call('jobs.list', {})).map((job) => job.kind),
    ['import'],
  )
})

test('a damaged base model is refused before training and changes nothing', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 60)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  const weights = join(folder, 'resources/model/model.safetensors')
  writeFileSync(weights, readFileSync(weights).subarray(0, -9))
  await assert.rejects(app.call('train.start', {}), { code: 'model.damaged' })
  await assert.rejects(app.call('train.start', { base: folder }), { code: 'model.missing' })
  assert.equal((await app.call('rounds.list', {})).rounds.length, 0)
})

test('an exported folder answers a file of texts, which keeps its columns', async (t) => {
  const { app, folder } = await fakeApp(t)
  const path = join(folder, 'new.csv')
  writeFileSync(path, 'id,text\na1,"好, 真好"\na2,差\n')
  const { plan } = await app.call('data.preview', { path })
  const out = join(folder, 'answers.csv')
  const source = { kind: 'file', path, plan, out } as const
  const job = await finished(app, await app.call('predict.start', { folder: 'x', source }))
  assert.equal(job.state, 'done')
  assert.equal(
    readFileSync(out, 'utf8'),
    '\ufeffid,text,predicted_label,predicted_score\na1,"好, 真好",好评,0.75\na2,差,差评,0.75\n',
  )
})

test('the work folder keeps only models in use', async (t) => {
  const { app, folder, path } = await fakeApp(t)
  await importTexts(app, folder, 60)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  for (let round = 0; round < 3; round++)
    await finished(app, await app.call('train.start', { seed: round }))
  assert.deepEqual(readdirSync(`${path}-work`), ['models'])
  assert.equal(readdirSync(join(`${path}-work`, 'models')).length <= 2, true)
  assert.equal(existsSync(`${path}.lock`), true)
})

test('doctor reads the whole project file, also one that another program has open', async (t) => {
  const { path, folder, app } = await fakeApp(t)
  const other = openApp(testHost(folder))
  t.after(() => other.close())
  await other.call('project.open', { path, mode: 'read' })
  for (const one of [app, other]) {
    const findings = await one.call('doctor.check', {})
    assert.deepEqual(
      findings.find(({ about }) => about === 'project file'),
      { about: 'project file', isGood: true, detail: `${path}, whole` },
    )
  }
})

test('closing the project lets calls under way end, and their work can be taken up again', async (t) => {
  const { app, folder, path } = await fakeApp(t)
  await importTexts(app, folder, 400)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  const started = app.call('train.start', {})
  const labelled = app.call('label.fromColumn', { column: 'cat', perClass: 8 })
  await app.call('project.close', {})
  const { job } = await started
  assert.deepEqual((await labelled).perClass, { 好评: 4, 差评: 4 })
  await app.call('project.open', { path })
  assert.equal((await app.call('jobs.get', { job })).state, 'cancelled')
  assert.equal((await finished(app, await app.call('jobs.resume', { job }))).state, 'done')
})

test('projects that are opened at once are opened one after the other', async (t) => {
  const { app, folder, path } = await fakeApp(t)
  const other = join(folder, 'other.shiliu')
  const infos = await Promise.all([
    app.call('project.create', { path: other }),
    app.call('project.open', { path }),
    app.call('project.open', { path: other }),
  ])
  assert.deepEqual(
    infos.map((info) => info.path),
    [other, path, other],
  )
  assert.equal((await app.call('project.info', {})).path, other)
})

test('work of a project waits for work that belongs to none', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 60)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  const { job: predicting } = await app.call('predict.start', {
    folder: 'x',
    source: { kind: 'texts', texts: [{ a: '好' }] },
  })
  const { job } = await app.call('train.start', {})
  const [before, after] = [await finished(app, { job: predicting }), await finished(app, { job })]
  assert.ok(after.startedAt! >= before.finishedAt!)
})

test('a check whose process dies says what did not happen, and speaks of no job', async (t) => {
  const { app, die } = await fakeApp(t)
  die('ask check', 'ask check')
  await assert.rejects(app.call('task.check', {}), {
    code: 'assist.died',
    details: { signal: 'SIGKILL' },
  })
})

test('what lies beside a project for its own use is not listed with the files', async (t) => {
  const { app, folder, path } = await fakeApp(t)
  await importTexts(app, folder, 4)
  mkdirSync(`${path}-work`)
  writeFileSync(join(folder, 'notes.lock'), '')
  const { entries } = await app.call('files.list', { folder })
  const listed = entries.map(({ name }) => name)
  assert.ok(existsSync(`${path}-wal`) && existsSync(`${path}.lock`))
  assert.deepEqual(
    listed.filter((name) => name.startsWith('p.shiliu') || name.endsWith('.lock')),
    ['notes.lock', 'p.shiliu'],
  )
})
