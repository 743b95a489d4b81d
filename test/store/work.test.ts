import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { preview } from '../../main/import/preview.ts'
import type { FromWorker } from '../../core/job.ts'
import type { Host } from '../../main/host.ts'
import type { OpenProject } from '../../main/store/open.ts'
import type { WritableDb } from '../../main/store/database.ts'
import { importReports } from '../../main/store/imports.ts'
import { openScratch } from '../../main/store/open.ts'
import { eventsOf } from '../../main/store/jobs.ts'
import { importFile } from '../../main/training/programs/import.ts'
import { Turns } from '../../main/training/turns.ts'
import { recordEveryMs } from '../../main/training/thinned.ts'
import { WorkQueue, type Program } from '../../main/training/work.ts'
import { testHost } from './fake-app.ts'
import { reopen, tempFolder, tempProject } from './temp-project.ts'

/** Lets the project grow by some pages of 4 KiB at most. */
function fillDisk(db: WritableDb, pages = 0): void {
  const used = db.pragma('page_count', { simple: true }) as number
  db.pragma(`max_page_count = ${used + pages}`)
}

function queueOf(db: WritableDb, project: OpenProject | null, host: Host): WorkQueue {
  return new WorkQueue({ db, host, project, turns: new Turns() })
}

function run(t: Parameters<typeof tempProject>[0], program: Program, input: unknown = {}) {
  const project = tempProject(t)
  const queue = queueOf(project.writable, project, testHost(tempFolder(t)))
  const job = queue.create('import', input)
  queue.start(job, program, false)
  return { project, db: project.writable, queue, job }
}

const step = (done: number, name: string) => {
  return { phase: 'train', done, total: 100, figures: { [name]: 1 } }
}

test('progress that finds the disk full is left out, and the work goes on', async (t) => {
  const long = 'x'.repeat(20_000)
  const { db, queue, job } = run(t, async ({ db, report }) => {
    report(step(1, 'loss'))
    fillDisk(db)
    report(step(2, long))
    await setTimeout(2 * recordEveryMs)
    report(step(3, long))
    await setTimeout(2 * recordEveryMs)
    db.pragma('max_page_count = 1000000')
    return 'as usual'
  })
  const { state, result } = await queue.wait(job)
  assert.deepEqual([state, result], ['done', 'as usual'])
  assert.deepEqual(
    eventsOf(db, job, 0, 10).map((event) => event.done),
    [1],
  )
})

test('a job whose end cannot be written still tells whoever waits why it ended', async (t) => {
  const long = 'x'.repeat(20_000)
  const { project, queue, job } = run(t, async ({ db, report }) => {
    report(step(1, long))
    fillDisk(db)
    return Promise.resolve('y'.repeat(1_000_000))
  })
  const ended = await queue.wait(job)
  assert.deepEqual(
    [ended.state, ended.error?.code, ended.error?.details],
    ['failed', 'project.diskFull', { path: project.path }],
  )
  assert.equal(queue.isRunning(job), false)
})

test('what SQLite reports in a job is named like everywhere else', async (t) => {
  const { project, queue, job } = run(t, async ({ db }) => {
    fillDisk(db)
    db.exec('CREATE TABLE big (x); INSERT INTO big VALUES (zeroblob(1000000))')
    return Promise.resolve()
  })
  const { error } = await queue.wait(job)
  assert.deepEqual(error, { code: 'project.diskFull', details: { path: project.path } })
})

test('a disk that fills up during an import stops it with its reason and keeps what was brought', async (t) => {
  const path = join(tempFolder(t), 'x.csv')
  const rows = Array.from({ length: 2000 }, (_, i) => `${i},${`很长的一条评论${i}`.repeat(40)}`)
  writeFileSync(path, `id,text\n${rows.join('\n')}\n`)
  const { plan } = await preview(path, {})
  const fillingUp: Program = (work) => {
    fillDisk(work.db, 150)
    return importFile(work)
  }
  const { project, db, queue, job } = run(t, fillingUp, { path, plan })
  const { state, error } = await queue.wait(job)
  assert.deepEqual([state, error?.code], ['failed', 'project.diskFull'])
  const brought = db.prepare('SELECT count(*) FROM text').pluck().get() as number
  assert.ok(brought > 0 && brought < 2000)

  const again = reopen(t, project)
  assert.equal(again.pragma('integrity_check', { simple: true }), 'ok')
  const other = queueOf(again, project, testHost(tempFolder(t)))
  const retry = other.create('import', { path, plan })
  other.start(retry, importFile, false)
  assert.equal((await other.wait(retry)).state, 'done')
  assert.deepEqual(
    importReports(again).map((report) => report.added),
    [brought, 2000 - brought],
  )
})

/** A compute process in this one: says what it is told to, start by start, and dies. */
function dyingHost(root: string, starts: readonly (readonly FromWorker[])[]): Host {
  const left = [...starts]
  return {
    ...testHost(root),
    startWorker() {
      const said = left.shift() ?? []
      return {
        send: () => undefined,
        kill: () => undefined,
        onMessage: (listener) => queueMicrotask(() => said.forEach(listener)),
        onExit: (listener) => void setImmediate(listener, { code: null, signal: 'SIGKILL' }),
      }
    },
  }
}

test('work whose checkpoints are nowhere recorded may die as often as it comes further', async (t) => {
  const db = openScratch()
  t.after(() => db.close())
  const at = (step: number): FromWorker => {
    return { type: 'checkpoint', job: '1', path: `${step}`, step, sha256: '' }
  }
  const starts = [[at(5)], [at(10)], [at(15)], [at(20)], [at(20)], [], [at(25)]]
  const seen: number[] = []
  const host = dyingHost(tempFolder(t), starts)
  const queue = queueOf(db, null, host)
  const job = queue.create('pretrain', {})
  const program: Program = ({ compute }) => {
    const spec = { kind: 'predict', folder: '', threads: 1, texts: 0 } as const
    return compute(spec, { onCheckpoint: ({ step }) => seen.push(step) })
  }
  queue.start(job, program, true)
  const { state, error } = await queue.wait(job)
  assert.deepEqual([state, error?.code], ['interrupted', 'job.workerDied'])
  assert.deepEqual(seen, [5, 10, 15, 20, 20])
})

test('one thing computes at a time, and what is called off waits for nothing', async () => {
  const turns = new Turns()
  const log: string[] = []
  const gate = Promise.withResolvers<void>()
  const work = (name: string, until?: Promise<void>) => async () => {
    log.push(`${name} begins`)
    await until
    log.push(`${name} ends`)
  }
  const { signal } = new AbortController()
  const off = new AbortController()
  const first = turns.take(work('first', gate.promise), signal)
  const second = turns.take(work('second'), off.signal)
  const third = turns.take(work('third'), signal)
  off.abort()
  await second
  gate.resolve()
  await Promise.all([first, third])
  assert.deepEqual(log, [
    'first begins',
    'second begins',
    'second ends',
    'first ends',
    'third begins',
    'third ends',
  ])
})
