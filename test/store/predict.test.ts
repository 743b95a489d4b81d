import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Job } from '../../core/records.ts'
import type { PredictOutcome } from '../../core/records.ts'
import { fakeApp, finished, type FakeApp } from './fake-app.ts'

interface Asked {
  readonly content: string
  readonly name?: string
  readonly out?: string
  readonly excelSafe?: boolean
}

/** Predicts a file with the fake compute process. */
async function predicted(
  fake: FakeApp,
  { content, name = 'in.csv', out = join(fake.folder, 'out.csv'), excelSafe = false }: Asked,
): Promise<{ job: Job; outcome: PredictOutcome; out: string }> {
  const path = join(fake.folder, name)
  writeFileSync(path, content)
  const { plan } = await fake.app.call('data.preview', {
    path,
    choice: { text: 'text', header: true },
  })
  const source = { kind: 'file', path, plan, out, excelSafe } as const
  const job = await finished(
    fake.app,
    await fake.app.call('predict.start', { folder: 'x', source }),
  )
  return { job, outcome: job.result as PredictOutcome, out }
}

async function answersOf(t: TestContext, asked: Asked): Promise<string> {
  const fake = await fakeApp(t)
  const { job, out } = await predicted(fake, asked)
  assert.deepEqual([job.state, job.error], ['done', null])
  return readFileSync(out, 'utf8')
}

test('a file that is there already is not overwritten, least of all the one that is read', async (t) => {
  const fake = await fakeApp(t)
  const own = join(fake.folder, 'in.csv')
  const content = 'id,text\n1,好\n'
  const { job } = await predicted(fake, { content, out: own })
  assert.deepEqual(
    [job.state, job.error],
    ['failed', { code: 'output.exists', details: { path: own } }],
  )
  assert.equal(readFileSync(own, 'utf8'), content)
})

test('columns keep their names and order, and those of the answers get names of their own', async (t) => {
  const csv = '2,text,1,predicted_label\nx,好,y,旧\n'
  assert.equal(
    await answersOf(t, { content: csv }),
    '\ufeff2,text,1,predicted_label,predicted_label (2),predicted_score\nx,好,y,旧,好评,0.75\n',
  )
})

test('a column that only a later row has is in the answers too', async (t) => {
  const content = '{"2":"a","text":"好"}\n{"text":"差","1":"b"}\n'
  assert.equal(
    await answersOf(t, { content, name: 'in.jsonl' }),
    '\ufeff2,text,1,predicted_label,predicted_score\na,好,,好评,0.75\n,差,b,差评,0.75\n',
  )
})

test('JSON Lines keep the order of names that are numbers', async (t) => {
  const fake = await fakeApp(t)
  const out = join(fake.folder, 'out.jsonl')
  await predicted(fake, { content: 'b,text,1\nx,好,y\n', out })
  assert.equal(
    readFileSync(out, 'utf8'),
    '{"b":"x","text":"好","1":"y","predicted_label":"好评","predicted_score":0.75,' +
      '"predicted_logits":[1,0]}\n',
  )
})

test('a formula stays as it is, and is made text only where that is asked for', async (t) => {
  const content = 'id,text\n-1,"=cmd(好)"\n@a,+差\n'
  const plain = await answersOf(t, { content })
  assert.equal(plain.split('\n').slice(1).join('\n'), '-1,=cmd(好),好评,0.75\n@a,+差,差评,0.75\n')
  const safe = await answersOf(t, { content, excelSafe: true })
  assert.equal(
    safe.split('\n').slice(1).join('\n'),
    "'-1,'=cmd(好),好评,0.75\n'@a,'+差,差评,0.75\n",
  )
})

test('rows that are left out are counted and told', async (t) => {
  const fake = await fakeApp(t)
  const { outcome } = await predicted(fake, { content: 'id,text\n1,好\n2,\n3\n' })
  assert.equal(outcome.predicted, 1)
  assert.deepEqual(
    [outcome.rejected, outcome.rejectedRows.map(({ line, reason }) => [line, reason.code])],
    [
      2,
      [
        [3, 'import.rowEmpty'],
        [4, 'import.rowRagged'],
      ],
    ],
  )
})

test('a place where nothing can be written ends the job with a sentence', async (t) => {
  const fake = await fakeApp(t)
  const out = join(fake.folder, 'nowhere', 'out.csv')
  const { job } = await predicted(fake, { content: 'text\n好\n', out })
  const expected = { code: 'output.cannotWrite', details: { path: out, reason: 'ENOENT' } }
  assert.deepEqual([job.state, job.error], ['failed', expected])
})

test('processes that die leave one whole file, and a job that fails leaves none', async (t) => {
  const fake = await fakeApp(t)
  const rows = Array.from({ length: 600 }, (_, i) => `${i},第${i}条${i % 2 ? '好' : '差'}`)
  const content = `id,text\n${rows.join('\n')}\n`
  fake.die('predict 256', 'predict 512')
  const { job, out } = await predicted(fake, { content })
  assert.equal(job.state, 'done')
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n')
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(',').slice(0, 2).join(',')),
    rows,
  )
  fake.die('predict 256', 'predict 256', 'predict 256')
  const broken = await predicted(fake, { content, out: join(fake.folder, 'second.csv') })
  assert.equal(broken.job.state, 'interrupted')
  const left = readdirSync(dirname(out)).filter((name) => /second|part/.test(name))
  assert.deepEqual(left, [])
})

test('a file that changes between the count and the reading is refused', async (t) => {
  const fake = await fakeApp(t)
  const path = join(fake.folder, 'in.csv')
  const stop = fake.app.on('job.step', ({ event }) => {
    if (event.phase === 'check') writeFileSync(path, 'text\n好\n差\n')
  })
  const { job, out } = await predicted(fake, { content: 'text\n好\n差\n好\n' })
  stop()
  assert.deepEqual([job.state, job.error?.code], ['failed', 'import.changed'])
  assert.deepEqual(
    readdirSync(dirname(out)).filter((name) => name.includes('out.csv')),
    [],
  )
})
