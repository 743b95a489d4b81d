import { fail, fromRecord, missingCase, ShiliuError } from '../../core/errors.ts'
import type { FromWorker, JobResult, JobSpec, Prediction, StepRecord } from '../../core/job.ts'
import type { JobItem, Scored } from '../../core/task.ts'
import type { Ending, Host, WorkerProcess } from '../host.ts'

export type TextBatch = readonly JobItem[]
export type TextBatches = Iterator<TextBatch> | AsyncIterator<TextBatch>

/** What main does for a job while the compute process works on it. */
export interface WorkerJob {
  /** Names the job in messages; the program's jobs may ask for several things in a row. */
  readonly id: string
  readonly spec: JobSpec
  /** Path of a checkpoint to go on from. */
  readonly resume?: string | undefined
  /** The texts that the spec announced, batch by batch, as the process asks for them. */
  readonly texts?: TextBatches | undefined
  readonly onStep?: (record: StepRecord) => void
  readonly onCheckpoint?: (checkpoint: { path: string; step: number; sha256: string }) => void
  readonly onScores?: (items: readonly Scored[]) => void
  readonly onPredictions?: (items: readonly Prediction[]) => void
  readonly signal: AbortSignal
}

/** How long a process that was asked to stop may take to write its checkpoint. */
const stopTimeoutMs = 30_000

/**
 * Runs one job in a compute process of its own and ends the process afterwards.
 *
 * Errors: what the job failed with; `job.cancelled` after `signal`; `job.workerDied` when the process
 * ends before the job, which then can be resumed from its last checkpoint.
 */
export async function runWorkerJob(host: Host, job: WorkerJob): Promise<JobResult> {
  if (job.signal.aborted) fail('job.cancelled', { job: job.id })
  const worker = host.startWorker()
  try {
    return await conversation(worker, job)
  } finally {
    worker.kill()
  }
}

function conversation(worker: WorkerProcess, job: WorkerJob): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      worker.send({ type: 'cancel', job: job.id })
      setTimeout(() => worker.kill(), stopTimeoutMs).unref()
    }
    job.signal.addEventListener('abort', stop, { once: true })
    const ended = (finish: () => void) => {
      job.signal.removeEventListener('abort', stop)
      finish()
    }
    worker.onExit((ending) => ended(() => reject(died(job, ending))))
    const failed = (error: unknown) => ended(() => reject(error as Error))
    worker.onMessage((message) => {
      try {
        if (message.type === 'more') sendNextBatch(worker, job).catch(failed)
        else if (message.type === 'done') ended(() => resolve(message.result))
        else react(worker, job, message)
      } catch (error) {
        failed(error)
      }
    })
  })
}

async function sendNextBatch(worker: WorkerProcess, job: WorkerJob): Promise<void> {
  const next = await job.texts?.next()
  worker.send({ type: 'texts', job: job.id, items: next && !next.done ? next.value : [] })
}

type Note = Exclude<FromWorker, { type: 'more' } | { type: 'done' }>

function react(worker: WorkerProcess, job: WorkerJob, message: Note): void {
  switch (message.type) {
    case 'ready':
      if (job.signal.aborted) fail('job.cancelled', { job: job.id })
      return worker.send({
        type: 'start',
        job: job.id,
        spec: job.spec,
        ...(job.resume === undefined ? {} : { resume: job.resume }),
      })
    case 'step':
      return job.onStep?.(message.record)
    case 'checkpoint':
      return job.onCheckpoint?.(message)
    case 'scores':
      return job.onScores?.(message.items)
    case 'predictions':
      return job.onPredictions?.(message.items)
    case 'failed':
      throw fromRecord(message.error)
    case 'answer':
    case 'refused':
    case 'probed':
      throw new Error(`job ${job.id} asked no question`)
    default:
      return missingCase(message)
  }
}

function died(job: WorkerJob, { code, signal }: Ending): ShiliuError {
  if (job.signal.aborted) return new ShiliuError('job.cancelled', { job: job.id })
  return new ShiliuError('job.workerDied', { job: job.id, signal: signal ?? `code ${code}` })
}
