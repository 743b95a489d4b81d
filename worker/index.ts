import * as v from 'valibot'
import { ShiliuError, toRecord } from '../core/errors.ts'
import {
  JobSpecSchema,
  ProbeSchema,
  QuestionSchema,
  type JobResult,
  type JobSpec,
  type ToWorker,
} from '../core/job.ts'
import type { JobItem } from '../core/task.ts'
import { Assist } from './assist.ts'
import { probeDevice } from './devices/probe.ts'
import { runEvaluate } from './evaluate-job.ts'
import { runExport } from './export-job.ts'
import { runInt8 } from './int8-job.ts'
import type { JobContext } from './job-context.ts'
import { runPredict } from './predict-job.ts'
import { runPretrain } from './pretrain-job.ts'
import { runScore } from './score-job.ts'
import { runTrain } from './train-job.ts'
import { transport } from './transport.ts'

/**
 * The entry of the compute processes, over the protocol of core/job.ts: one runs jobs, one at a time;
 * another, the assist process, answers questions; one tries a device. Main starts them with `child_process.fork` or, under
 * Electron, as utility processes.
 */

type Texts = readonly JobItem[]

const { send, onMessage } = transport()

/** The job that runs, with what it waits for. */
class RunningJob {
  readonly id: string
  readonly controller = new AbortController()
  #waiting: { resolve: (items: Texts) => void; reject: (error: unknown) => void } | undefined

  constructor(id: string) {
    this.id = id
  }

  deliver(items: Texts): void {
    this.#waiting?.resolve(items)
    this.#waiting = undefined
  }

  cancel(): void {
    this.controller.abort()
    this.#waiting?.reject(new ShiliuError('job.cancelled', { job: this.id }))
    this.#waiting = undefined
  }

  context(resume: string | undefined): JobContext {
    const job = this.id
    const { signal } = this.controller
    return {
      signal,
      jobId: job,
      resume,
      report: (record) => send({ type: 'step', job, record }),
      checkpoint: (path, step, sha256) => send({ type: 'checkpoint', job, path, step, sha256 }),
      scores: (items) => send({ type: 'scores', job, items }),
      predictions: (items) => send({ type: 'predictions', job, items }),
      texts: () => this.#nextTexts(),
    }
  }

  #nextTexts(): Promise<Texts> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      send({ type: 'more', job: this.id })
    })
  }
}

let running: RunningJob | undefined
const assist = new Assist()

onMessage((message) => {
  if (message.type === 'start') void start(message)
  else if (message.type === 'ask') void answer(message)
  else if (message.type === 'probe') void tryDevice(message)
  else if (message.job !== running?.id) return
  else if (message.type === 'texts') running.deliver(message.items)
  else running.cancel()
})
send({ type: 'ready' })

async function start({ job, spec, resume }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  if (running !== undefined) throw new Error(`${job}: job ${running.id} still runs`)
  running = new RunningJob(job)
  try {
    const checked = v.parse(JobSpecSchema, spec)
    const result = await run(checked, running.context(resume))
    send({ type: 'done', job, result })
  } catch (error) {
    send({ type: 'failed', job, error: toRecord(error) })
  } finally {
    running = undefined
  }
}

async function answer({ id, question }: Extract<ToWorker, { type: 'ask' }>): Promise<void> {
  try {
    send({ type: 'answer', id, answer: await assist.answer(v.parse(QuestionSchema, question)) })
  } catch (error) {
    send({ type: 'refused', id, error: toRecord(error) })
  }
}

async function tryDevice({ probe }: Extract<ToWorker, { type: 'probe' }>): Promise<void> {
  send({ type: 'probed', result: await probeDevice(v.parse(ProbeSchema, probe)) })
}

function run(spec: JobSpec, context: JobContext): Promise<JobResult> {
  switch (spec.kind) {
    case 'train':
      return runTrain(spec, context)
    case 'score':
      return runScore(spec, context)
    case 'pretrain':
      return runPretrain(spec, context)
    case 'evaluate':
      return runEvaluate(spec, context)
    case 'export':
      return runExport(spec, context)
    case 'int8':
      return runInt8(spec, context)
    case 'predict':
      return runPredict(spec, context)
  }
}
