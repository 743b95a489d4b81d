import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { Stream } from '../../core/random.ts'
import type { FromWorker, JobSpec, ToWorker, TrainResult } from '../../core/job.ts'
import type { TextItem } from '../../core/task.ts'
import { tinyModelFolder, tinyTask, tinyTexts } from '../fixtures/tiny-model.ts'

const entry = resolve(import.meta.dirname, '../../worker/index.ts')
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
}

/** Runs one job in a process of its own, as main does, and tells how it ended. */
async function runJob(
  spec: JobSpec,
  texts: readonly TextItem[],
  resume?: string,
  { killOn, cancelOn }: Watch = {},
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
    if (cancelOn?.(message)) send({ type: 'cancel', job: 'job' })
  })
  await new Promise((done) => child.on('exit', done))
  const checkpoint = messages.findLast((message) => message.type === 'checkpoint')
  return { ended, checkpoint, messages }
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

test('a job that is asked to stop writes a checkpoint first', async () => {
  const cancelOn = (message: FromWorker) => message.type === 'step' && message.record.done === 5
  const stopped = await runJob(trainSpec(await workFolder()), tinyTexts(24), undefined, {
    cancelOn,
  })
  assert.ok(stopped.ended !== 'killed' && stopped.ended.type === 'failed')
  assert.equal(stopped.ended.error.code, 'job.cancelled')
  assert.ok(stopped.checkpoint!.step >= 5)
})

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
