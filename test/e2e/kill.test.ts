import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Stream } from '../../core/random.ts'
import type { LabelSummary, ProjectInfo, TrainOutcome } from '../../core/records.ts'
import { connectReadOnly } from '../../main/store/open.ts'
import { base, labelledProject, workersOf } from './labelled-project.ts'
import { ask, shiliu, start, tempFolder } from './shiliu.ts'

test('training that loses main or worker twelve times ends in the weights of an uninterrupted run', async (t) => {
  const folder = tempFolder(t)
  const path = await labelledProject(folder)
  const other = tempFolder(t)
  copyFileSync(path, join(other, 'p.shiliu'))
  const settings = ['--base', base, '--steps', '1200', '--batch', '4', '--max-tokens', '32']
  const train = ['train', ...settings, '--checkpoint-every', '10', '--seed', '7', '--threads', '2']
  const startUp = await millisecondsOf(() => ask(['status'], other))
  let whole: TrainOutcome | undefined
  const training = await millisecondsOf(async () => {
    whole = await ask<TrainOutcome>(train, other)
  })

  const stream = new Stream(5, 'kills')
  const pause = () => setTimeout(((training - startUp) * stream.next()) / 12)
  let args = train
  for (let life = 0; life < 6; life++) {
    const { child, ended } = start(args, folder)
    const workers = await workersOf(child)
    await pause()
    workers.forEach((pid) => process.kill(pid, 'SIGKILL'))
    await workersOf(child)
    await pause()
    child.kill('SIGKILL')
    const { signal, stderr } = await ended
    assert.equal(signal, 'SIGKILL', `life ${life} ended before its kill: ${stderr}`)
    const { labels } = await ask<ProjectInfo>(['status'], folder)
    assert.equal(trainLabels(labels), 32)
    args = ['train', '--resume']
  }
  const resumed = await ask<TrainOutcome>(args, folder)
  assert.equal(resumed.sha256, whole!.sha256)
})

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function trainLabels({ classes }: LabelSummary): number {
  return classes.reduce((sum, { train }) => sum + train, 0)
}

test('scoring that loses main or worker six times proposes what an uninterrupted one does', async (t) => {
  const folder = tempFolder(t)
  const path = await labelledProject(folder)
  const long = '今天饭菜很香总的来说不太满意'.repeat(2)
  const rows = Array.from({ length: 12_000 }, (_, i) => `n${i},${long.slice(i % 19)}${i}`)
  writeFileSync(join(folder, 'more.csv'), `id,text\n${rows.join('\n')}\n`)
  await ask(['import', 'more.csv', '--text', 'text', '--id', 'id'], folder)
  await ask(['train', '--base', base, '--steps', '40', '--batch', '4', '--seed', '7'], folder)
  const other = tempFolder(t)
  copyFileSync(path, join(other, 'p.shiliu'))
  await ask(['propose', '--any-agreement'], other)

  const stream = new Stream(8, 'kills')
  let args = ['propose', '--any-agreement']
  let reached = countScores(path)
  /** Until more is scored than the last time, and a little longer. */
  const furtherOn = async (child: ChildProcess) => {
    while (countScores(path) === reached && child.exitCode === null) await setTimeout(10)
    await setTimeout(stream.below(100))
    reached = countScores(path)
  }
  for (let life = 0; life < 3; life++) {
    const { child, ended } = start(args, folder)
    const workers = await workersOf(child)
    await furtherOn(child)
    workers.forEach((pid) => process.kill(pid, 'SIGKILL'))
    await workersOf(child)
    await furtherOn(child)
    child.kill('SIGKILL')
    const { signal, stderr } = await ended
    assert.equal(signal, 'SIGKILL', `life ${life} ended before its kill: ${stderr}`)
    args = ['propose', '--resume']
  }
  await ask(args, folder)
  assert.deepEqual(resultsOf(path), resultsOf(join(other, 'p.shiliu')))
})

function countScores(path: string): number {
  const db = connectReadOnly(path)
  const count = db.prepare('SELECT count(*) FROM score').pluck().get() as number
  db.close()
  return count
}

/** Scores and proposals, to the bit. */
function resultsOf(path: string) {
  const db = connectReadOnly(path)
  const all = (query: string) => db.prepare(query).raw().all()
  const scores = all('SELECT text_id, hex(logits), hex(groups) FROM score ORDER BY text_id')
  const proposals = all('SELECT text_id, class_id, score, hex(probabilities) FROM proposal')
  db.close()
  return { scores, proposals }
}

test('an import that is killed keeps the labels, and a second try brings every row once', async (t) => {
  const folder = tempFolder(t)
  await labelledProject(folder)
  const rows = Array.from({ length: 30_000 }, (_, i) => `n${i},第${i}条，今天的饭菜好不好`)
  writeFileSync(join(folder, 'more.csv'), `id,text\n${rows.join('\n')}\n`)
  const stream = new Stream(6, 'kills')
  const bring = ['import', 'more.csv', '--text', 'text', '--id', 'id']
  for (let kill = 0; kill < 4; kill++) {
    const { child, ended } = start(bring, folder)
    await setTimeout(500 + stream.below(800))
    child.kill('SIGKILL')
    await ended
    const { labels } = await ask<ProjectInfo>(['status'], folder)
    assert.equal(trainLabels(labels), 32)
  }
  await ask(bring, folder)
  const { texts } = await ask<ProjectInfo>(['status'], folder)
  assert.equal(texts, 400 + rows.length)
})

test('a project that another program holds is refused with a sentence', async (t) => {
  const folder = tempFolder(t)
  const path = await labelledProject(folder)
  const train = ['train', '--base', base, '--steps', '2000', '--batch', '4']
  const { child, ended } = start(train, folder)
  await setTimeout(2500)
  const second = await shiliu(['label', '--undo', '--project', path], folder)
  child.kill('SIGKILL')
  await ended
  assert.equal(second.code, 1, second.stderr)
  assert.match(second.stderr, /p\.shiliu/)
})
