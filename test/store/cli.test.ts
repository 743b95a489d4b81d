import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { LabelSummary } from '../../core/records.ts'
import { openApp } from '../../main/app.ts'
import { fakeApp, importTexts, testHost } from './fake-app.ts'
import { tempFolder } from './temp-project.ts'

const bin = resolve(import.meta.dirname, '../../bin/shiliu.js')

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in a folder, with lines for its questions. */
async function shiliu(folder: string, args: readonly string[], input = ''): Promise<Run> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { ...process.env, SHILIU_PROJECT: '', SHILIU_LANG: 'en' },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (err += part.toString()))
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err }
}

/** A folder with a closed project of `n` texts and a task. */
async function projectFolder(t: TestContext, n: number): Promise<string> {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, n)
  await app.call('project.close', {})
  return folder
}

test('a project is made and filled, and bad input ends with code 2 and a sentence', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'x.csv'), 'id,text\n1,好\n2,\n')
  assert.equal((await shiliu(folder, ['new', 'x.shiliu'])).code, 0)
  const again = await shiliu(folder, ['new', 'x.shiliu'])
  assert.deepEqual([again.code, again.out], [2, ''])
  assert.match(again.err, /already exists.*nothing was overwritten/)
  const report = await shiliu(folder, ['import', 'x.csv', '--json'])
  const { added, rejected, rejectedRows } = JSON.parse(report.out) as Record<string, unknown>
  assert.deepEqual([added, rejected, (rejectedRows as { line: number }[])[0]!.line], [1, 1, 3])
  writeFileSync(join(folder, 'empty.csv'), '')
  const empty = await shiliu(folder, ['import', 'empty.csv', '--json', '--lang', 'zh'])
  assert.equal(empty.code, 2)
  const { error } = JSON.parse(empty.out) as { error: { code: string; message: string } }
  assert.equal(error.code, 'import.empty')
  assert.match(error.message, /空文件/)
})

test('wrong usage ends with code 2, help with 0 and examples', async (t) => {
  const folder = tempFolder(t)
  const runs = await Promise.all([
    shiliu(folder, ['lable']),
    shiliu(folder, ['train', '--steps', 'many']),
    shiliu(folder, ['status']),
    shiliu(folder, ['label', '--help']),
  ])
  assert.deepEqual(
    runs.map((run) => run.code),
    [2, 2, 2, 0],
  )
  assert.match(runs[2]!.err, /--project: expected one .shiliu file/)
  assert.match(runs[3]!.out, /Examples:\n {2}\$ shiliu label/)
})

test('labels come from ids, from a file with original ids, and are undone and redone', async (t) => {
  const folder = await projectFolder(t, 20)
  const labels = (run: Run) => {
    const { classes } = JSON.parse(run.out) as LabelSummary
    return classes.map((c) => [c.class, c.train])
  }
  const summary = async () => {
    const run = await shiliu(folder, ['label', '--status', '--json'])
    return labels({
      ...run,
      out: JSON.stringify((JSON.parse(run.out) as { labels: object }).labels),
    })
  }
  await shiliu(folder, ['label', '--set', '1=好评', '2=-', '3=2'])
  assert.deepEqual(await summary(), [
    [null, 1],
    ['c1', 1],
    ['c2', 1],
  ])
  writeFileSync(join(folder, 'answers.csv'), '编号,类别\nr9,好评\nr10,差评\n')
  const file = await shiliu(folder, ['label', '--file', 'answers.csv', '--original-ids'])
  assert.equal(file.code, 0)
  assert.deepEqual(await summary(), [
    [null, 1],
    ['c1', 2],
    ['c2', 2],
  ])
  await shiliu(folder, ['label', '--undo', '2'])
  assert.deepEqual(await summary(), [])
  await shiliu(folder, ['label', '--redo'])
  assert.deepEqual(await summary(), [
    [null, 1],
    ['c1', 1],
    ['c2', 1],
  ])
  writeFileSync(join(folder, 'wrong.csv'), 'id,class\n5,好评\n6,好平\n')
  const wrong = await shiliu(folder, ['label', '--file', 'wrong.csv'])
  assert.deepEqual([wrong.code, /no class 好平/.test(wrong.err)], [2, true])
  assert.deepEqual(await summary(), [
    [null, 1],
    ['c1', 1],
    ['c2', 1],
  ])
})

test('texts are labelled one by one, with a wrong key, a skip and an undo', async (t) => {
  const folder = await projectFolder(t, 5)
  const run = await shiliu(folder, ['label', '--json'], '1\n9\n\nu\n差评\n-\nq\n')
  const { labels } = JSON.parse(run.out) as { labels: LabelSummary }
  assert.deepEqual(
    labels.classes.map((c) => [c.class, c.train]),
    [
      [null, 1],
      ['c2', 1],
    ],
  )
  assert.match(run.err, /There is no class 9/)
})

test('labelling the held-out sample draws it first, in a project of any size', async (t) => {
  const folder = await projectFolder(t, 24)
  const run = await shiliu(folder, ['label', '--held-out', '--json'], '1\n2\n')
  const { labels } = JSON.parse(run.out) as { labels: LabelSummary }
  assert.deepEqual([labels.heldOut?.size, labels.heldOutLabelled], [6, 2])
})

test('proposals are reviewed from a file and one by one, an audit is answered by a column', async (t) => {
  const { app, folder, path } = await fakeApp(t)
  await importTexts(app, folder, 120)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  await app.call('jobs.wait', await app.call('train.start', {}))
  await app.call('jobs.wait', await app.call('review.propose', {}))
  const queue = await app.call('review.queue', { limit: 3 })
  const [x, y] = queue
  await app.call('project.close', {})

  writeFileSync(
    join(folder, 'decisions.csv'),
    `id,decision,class\n${x!.text},correct,-\n${y!.text},reject,\n`,
  )
  const file = await shiliu(folder, ['review', '--file', 'decisions.csv'])
  assert.deepEqual([file.code, /2 labels changed|1 labels changed/.test(file.out)], [0, true])
  const oneByOne = await shiliu(folder, ['review'], 'y\nn\nq\n')
  assert.equal(oneByOne.code, 0)
  assert.match(oneByOne.err, /甲 agrees/)
  assert.equal(
    (await shiliu(folder, ['audit', 'start', '--size', '60', '--min-score', '0.5'])).code,
    0,
  )
  const answered = await shiliu(folder, ['audit', 'answer', '--from-column', 'cat'])
  assert.match(answered.out, /passed with precision/)
  const accepted = await shiliu(folder, ['audit', 'accept', '--json'])
  assert.deepEqual([accepted.code, accepted.err], [0, ''])
  const list = await shiliu(folder, ['review', '--list'])
  assert.match(list.out, /No open proposals/)

  const again = openApp(testHost(folder))
  t.after(() => again.close())
  await again.call('project.open', { path })
  const counts = await again.call('review.counts', {})
  const count = (decision: string) =>
    counts.filter((c) => c.decision === decision).reduce((sum, c) => sum + c.count, 0)
  assert.deepEqual([count('corrected'), count('rejected'), count('pending')], [1, 2, 0])
})

test('a project that another program has open is refused for writing and shown for reading', async (t) => {
  const { folder, path } = await fakeApp(t)
  const write = await shiliu(folder, ['label', '--undo'])
  assert.deepEqual([write.code, /Another program has/.test(write.err)], [1, true])
  assert.equal((await shiliu(folder, ['status'])).code, 0)
  assert.ok(readFileSync(path).length > 0)
})
