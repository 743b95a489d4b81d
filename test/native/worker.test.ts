import assert from 'node:assert/strict'
import { fork, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { Stream } from '../../core/random.ts'
import type { FromWorker, JobSpec, ToWorker, TrainResult } from '../../core/job.ts'
import type { TextItem, TrainingItem } from '../../core/task.ts'
import { batchOf } from '../../learn/fuzzy-pet/order.ts'
import { tinyModelFolder, tinyTask, tinyTexts } from '../fixtures/tiny-model.ts'

const entry = resolve(import.meta.dirname, '../../worker/index.ts')
const includedModel = resolve(import.meta.dirname, '../../resources/model')
const base = await tinyModelFolder()
const folders = [base]
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

async function workFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shiliu-work-'))
  folders.push(folder)
  return folder
}

type Checkpoint = Extract<FromWorker, { type: 'checkpoint' }>
type Ended = Extract<FromWorker, { type: 'done' | 'failed' }>

interface Watch {
  /** Called with every message; returns true to kill the process with SIGKILL. */
  readonly killOn?: (message: FromWorker) => boolean
  /** Returns true to ask the job to stop. */
  readonly cancelOn?: (message: FromWorker) => boolean
  /** Returns true to leave the process hardly more address space than it has. */
  readonly starveOn?: (message: FromWorker) => boolean
}

/** Runs one job in a process of its own, as main does, and tells how it ended. */
async function runJob(
  spec: JobSpec,
  texts: readonly TextItem[],
  resume?: string,
  { killOn, cancelOn, starveOn }: Watch = {},
): Promise<{
  ended: Ended | 'killed'
  checkpoint: Checkpoint | undefined
  messages: FromWorker[]
}> {
  const child: ChildProcess = fork(entry, { serialization: 'advanced' })
  const send = (message: ToWorker) => child.send(message)
  const messages: FromWorker[] = []
  let sent = 0
  let ended: Ended | 'killed' = 'killed'
  child.on('message', (message: FromWorker) => {
    messages.push(message)
    if (message.type === 'ready')
      send({ type: 'start', job: 'job', spec, ...(resume && { resume }) })
    if (message.type === 'more') {
      send({ type: 'texts', job: 'job', items: texts.slice(sent, sent + 10) })
      sent += 10
    }
    if (message.type === 'done' || message.type === 'failed') {
      ended = message
      child.disconnect()
    }
    if (killOn?.(message)) child.kill('SIGKILL')
    if (starveOn?.(message)) starve(child.pid!)
    if (cancelOn?.(message)) send({ type: 'cancel', job: 'job' })
  })
  await new Promise((done) => child.on('exit', done))
  const checkpoint = messages.findLast((message) => message.type === 'checkpoint')
  return { ended, checkpoint, messages }
}

/** Room for what Node itself needs for a few more steps, and for no large buffer. */
function starve(pid: number): void {
  const [, kibibytes] = /VmSize:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
  const limit = (Number(kibibytes) + 96 * 1024) * 1024
  const { status, stderr } = spawnSync('prlimit', [`--as=${limit}`, '--pid', `${pid}`])
  assert.equal(status, 0, String(stderr))
}

function trainSpec(folder: string): JobSpec {
  return {
    kind: 'train',
    task: tinyTask,
    base,
    recipe: { steps: 30, batch: 4, learningRate: 1e-3, dropout: 0.1, maxTokens: 32 },
    seed: 9,
    threads: 2,
    texts: 24,
    workFolder: folder,
    checkpointEvery: 3,
  }
}

function resultOf({ ended }: { ended: Ended | 'killed' }): TrainResult {
  assert.ok(ended !== 'killed' && ended.type === 'done', JSON.stringify(ended))
  return ended.result as TrainResult
}

test('a run killed at random points and resumed has the weights of an uninterrupted one', async () => {
  const whole = resultOf(await runJob(trainSpec(await workFolder()), tinyTexts(24)))
  const folder = await workFolder()
  const stream = new Stream(4, 'kills')
  let resume: string | undefined
  for (let kill = 0; kill < 5; kill++) {
    const at = 2 + stream.below(8)
    let steps = 0
    const killOn = (message: FromWorker) => message.type === 'step' && ++steps === at
    const { checkpoint, ended } = await runJob(trainSpec(folder), tinyTexts(24), resume, { killOn })
    assert.equal(ended, 'killed')
    resume = checkpoint?.path ?? resume
  }
  const resumed = resultOf(await runJob(trainSpec(folder), tinyTexts(24), resume))
  assert.equal(resumed.sha256, whole.sha256)
})

test('a job that is asked to stop writes a checkpoint first, from which it loses nothing', async () => {
  const whole = resultOf(await runJob(trainSpec(await workFolder()), tinyTexts(24)))
  const cancelOn = (message: FromWorker) => message.type === 'step' && message.record.done === 5
  const spec = trainSpec(await workFolder())
  const stopped = await runJob(spec, tinyTexts(24), undefined, { cancelOn })
  assert.ok(stopped.ended !== 'killed' && stopped.ended.type === 'failed')
  assert.equal(stopped.ended.error.code, 'job.cancelled')
  assert.ok(stopped.checkpoint!.step >= 5)
  const resumed = resultOf(await runJob(spec, tinyTexts(24), stopped.checkpoint!.path))
  assert.equal(resumed.sha256, whole.sha256)
})

const noLimits = spawnSync('prlimit', ['--version']).status === 0 ? false : 'prlimit is not here'

test(
  'a machine without memory ends a run in order, with all its steps',
  { skip: noLimits },
  async () => {
    const texts = oneLongText(64)
    const spec = (workFolder: string): JobSpec => ({
      kind: 'train',
      task: tinyTask,
      base: includedModel,
      recipe: { steps: 5, batch: 16, learningRate: 1e-4, maxTokens: 256 },
      seed: seedOfLongStep(texts, 3),
      threads: 2,
      texts: texts.length,
      workFolder,
      checkpointEvery: 2,
    })
    const whole = resultOf(await runJob(spec(await workFolder()), texts))
    const starveOn = (message: FromWorker) => message.type === 'step' && message.record.done === 3
    const starving = spec(await workFolder())
    const { ended, checkpoint } = await runJob(starving, texts, undefined, { starveOn })
    assert.ok(ended !== 'killed' && ended.type === 'failed', JSON.stringify(ended))
    const details = { device: 'cpu', step: checkpoint!.step }
    assert.deepEqual([ended.error.code, ended.error.details], ['device.outOfMemory', details])
    const resumed = resultOf(await runJob(starving, texts, checkpoint!.path))
    assert.equal(resumed.sha256, whole.sha256)
  },
)

/** One of the texts is as long as the model can read, so that the step which meets it needs more memory. */
function oneLongText(count: number): TrainingItem[] {
  const [first, ...rest] = tinyTexts(count)
  return [{ ...first!, a: first!.a.repeat(30) }, ...rest]
}

/** A seed with which the long text is first met in this step, counted from 0. */
function seedOfLongStep(texts: readonly TrainingItem[], step: number): number {
  const hasLong = (seed: number, at: number) => batchOf(texts, seed, at, 16).includes(texts[0]!)
  for (let seed = 1; ; seed++) if (hasLong(seed, step)) return seed
}

test('scores come for every text, and proposals only with a rule', async () => {
  const spec: JobSpec = {
    kind: 'score',
    task: tinyTask,
    model: base,
    threads: 1,
    maxTokens: 32,
    texts: 25,
    propose: { share: 0.2, minimum: 2, unanimous: false },
  }
  const { ended, messages } = await runJob(spec, tinyTexts(25))
  assert.ok(ended !== 'killed' && ended.type === 'done' && ended.result.kind === 'score')
  const scored = messages.flatMap((message) => (message.type === 'scores' ? message.items : []))
  assert.deepEqual(
    scored.map(({ id }) => id),
    tinyTexts(25).map(({ id }) => id),
  )
  assert.ok(ended.result.proposals.length >= 2)
})

test('a damaged model ends the job with a clear error', async () => {
  const folder = await tinyModelFolder(2)
  folders.push(folder)
  const { truncate } = await import('node:fs/promises')
  await truncate(join(folder, 'model.safetensors'), 5000)
  const spec = { ...trainSpec(await workFolder()), base: folder } as JobSpec
  const { ended } = await runJob(spec, tinyTexts(24))
  assert.ok(ended !== 'killed' && ended.type === 'failed')
  assert.equal(ended.error.code, 'model.damaged')
})

test('a word that the model cannot spell ends the job before it starts', async () => {
  const group = { name: '生僻', words: { good: '龘龘', bad: '失望' } }
  const spec = {
    ...trainSpec(await workFolder()),
    task: { ...tinyTask, groups: [group] },
  } as JobSpec
  const { ended } = await runJob(spec, tinyTexts(24))
  assert.ok(ended !== 'killed' && ended.type === 'failed')
  assert.match(ended.error.code, /^word\./)
})
