import { EventEmitter } from 'node:events'
import { relative, resolve, sep } from 'node:path'
import { existsSync } from 'node:fs'
import { fail, ShiliuError, toRecord, type ErrorRecord } from '../../core/errors.ts'
import type { JobResult, JobSpec, StepRecord } from '../../core/job.ts'
import type { JobId, WorkKind } from '../../core/project.ts'
import type { Job, JobEvent } from '../../core/records.ts'
import type { Host } from '../host.ts'
import { storageError, transaction, type WritableDb } from '../store/database.ts'
import {
  addCheckpoint,
  appendEvent,
  checkpointsOf,
  createJob,
  endJob,
  forgetCheckpoints,
  jobById,
  startJob,
} from '../store/jobs.ts'
import type { OpenProject } from '../store/open.ts'
import { ThinnedSteps } from './thinned.ts'
import type { Turns } from './turns.ts'
import { runWorkerJob, type TextBatches, type WorkerJob } from './worker-job.ts'

/** What a piece of work may use while it runs. */
export interface Work {
  readonly job: JobId
  /** As the job was created with; checked then. */
  readonly input: unknown
  readonly db: WritableDb
  /** Null for work that belongs to no project. */
  readonly project: OpenProject | null
  readonly host: Host
  readonly signal: AbortSignal
  report(step: StepRecord): void
  /** Asks a compute process for one thing, again after it died, from the last checkpoint. */
  compute<S extends JobSpec>(spec: S, options?: ComputeOptions): Promise<ResultOf<S>>
}

export type ResultOf<S extends JobSpec> = Extract<JobResult, { kind: S['kind'] }>

export interface ComputeOptions extends Pick<
  WorkerJob,
  'onScores' | 'onPredictions' | 'onCheckpoint'
> {
  /** Makes the texts from the first one on; called again when the process is started again. */
  readonly texts?: () => TextBatches
  /** The checkpoint to go on from, where the job's own records do not know it. */
  readonly resume?: () => string | undefined
  /** Shows the process's phases under another name. */
  readonly phase?: string
}

/** Work of one kind: what it does, and gives back. */
export type Program = (work: Work) => Promise<unknown>

/** The project of work that belongs to one. */
export function ownProject(work: Work): OpenProject {
  return work.project ?? fail('project.noneOpen', {})
}

/** How often a process may die in a row without a checkpoint that lies further on, or more scores. */
const deathsWithoutProgress = 3

export interface Surroundings {
  readonly db: WritableDb
  readonly host: Host
  /** Null for jobs that belong to no project. */
  readonly project: OpenProject | null
  /** Shared by all queues of a program, for there is one machine to compute on. */
  readonly turns: Turns
  readonly firstId?: number
}

/**
 * The jobs of one database: runs them, one at a time where they compute, records their progress, and
 * leaves everything that is needed to take them up again.
 */
export class WorkQueue {
  readonly events = new EventEmitter<{
    step: [{ job: JobId; event: JobEvent }]
    ended: [{ job: Job }]
  }>()
  readonly #db: WritableDb
  readonly #host: Host
  readonly #project: OpenProject | null
  readonly #turns: Turns
  readonly #firstId: number
  readonly #running = new Map<JobId, { controller: AbortController; finished: Promise<Job> }>()

  constructor({ db, host, project, turns, firstId = 1 }: Surroundings) {
    this.#db = db
    this.#host = host
    this.#project = project
    this.#turns = turns
    this.#firstId = firstId
    this.events.setMaxListeners(0)
  }

  create(kind: WorkKind, input: unknown): JobId {
    return createJob(this.#db, kind, input, this.#firstId).id
  }

  /** Starts a job that was created, or that is taken up again; computing ones wait for their turn. */
  start(job: JobId, program: Program, computes: boolean): void {
    const controller = new AbortController()
    const { signal } = controller
    const perform = () => this.#perform(job, program, signal)
    const finished = computes ? this.#turns.take(perform, signal) : Promise.resolve().then(perform)
    this.#running.set(job, { controller, finished })
  }

  get isBusy(): boolean {
    return this.#running.size > 0
  }

  isRunning(job: JobId): boolean {
    return this.#running.has(job)
  }

  /** The job when it has ended, however it ended. */
  wait(job: JobId): Promise<Job> {
    return this.#running.get(job)?.finished ?? Promise.resolve(jobById(this.#db, job))
  }

  /** Asks a job to stop; it keeps its checkpoint. */
  async cancel(job: JobId): Promise<Job> {
    this.#running.get(job)?.controller.abort()
    return this.wait(job)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((job) => this.cancel(job)))
  }

  async #perform(job: JobId, program: Program, signal: AbortSignal): Promise<Job> {
    const steps = new ThinnedSteps((step) => this.#record(job, step))
    let ended: Job
    try {
      signal.throwIfAborted()
      startJob(this.#db, job)
      const result = await program(this.#workFor(job, signal, (step) => steps.push(step)))
      steps.flush()
      ended = this.#end(job, { state: 'done', result })
    } catch (error) {
      steps.flush()
      ended = this.#endBroken(job, endingOf(job, storageError(error, this.#db.name), signal))
    } finally {
      this.#running.delete(job)
    }
    this.events.emit('ended', { job: ended })
    return ended
  }

  /** A line of progress that cannot be written is left out: the work goes on, or fails by itself. */
  #record(job: JobId, step: StepRecord): void {
    let event: JobEvent
    try {
      event = appendEvent(this.#db, job, step)
    } catch {
      return
    }
    this.events.emit('step', { job, event })
  }

  #end(job: JobId, end: Ending): Job {
    return transaction(this.#db, () => {
      if (end.state === 'done') forgetCheckpoints(this.#db, job)
      endJob(this.#db, job, end)
      return jobById(this.#db, job)
    })
  }

  /**
   * Where not even the end can be written, as on a full disk, whoever waits is told all the same. The
   * record then says that the job is running, and the next start of the program sets that right.
   */
  #endBroken(job: JobId, end: Ending & { error: ErrorRecord }): Job {
    try {
      return this.#end(job, end)
    } catch {
      return { ...jobById(this.#db, job), ...end, finishedAt: Date.now() }
    }
  }

  #workFor(job: JobId, signal: AbortSignal, report: (step: StepRecord) => void): Work {
    return {
      job,
      input: jobById(this.#db, job).input,
      db: this.#db,
      project: this.#project,
      host: this.#host,
      signal,
      report,
      compute: (spec, options = {}) => this.#compute(job, spec, options, signal, report),
    }
  }

  async #compute<S extends JobSpec>(
    job: JobId,
    spec: S,
    options: ComputeOptions,
    signal: AbortSignal,
    report: (step: StepRecord) => void,
  ): Promise<ResultOf<S>> {
    let reached = -1
    let deaths = 0
    for (;;) {
      try {
        const result = await runWorkerJob(this.#host, {
          ...options,
          id: `${job}.${spec.kind}`,
          spec,
          resume: options.resume?.() ?? this.#resumePath(job, spec),
          texts: options.texts?.(),
          signal,
          onStep: (step) => report(options.phase ? { ...step, phase: options.phase } : step),
          onScores: (items) => {
            deaths = 0
            options.onScores?.(items)
          },
          onCheckpoint: (checkpoint) => {
            if (checkpoint.step > reached) deaths = 0
            reached = Math.max(reached, checkpoint.step)
            this.#recordCheckpoint(job, checkpoint)
            options.onCheckpoint?.(checkpoint)
          },
        })
        return result as ResultOf<S>
      } catch (error) {
        if (!(error instanceof ShiliuError && error.code === 'job.workerDied')) throw error
        if (++deaths >= deathsWithoutProgress) throw error
      }
    }
  }

  #recordCheckpoint(job: JobId, checkpoint: { path: string; step: number; sha256: string }): void {
    if (!this.#project) return
    const path = relative(this.#project.workFolder, checkpoint.path).replaceAll(sep, '/')
    addCheckpoint(this.#db, job, { ...checkpoint, path })
  }

  /**
   * Only training goes on from a checkpoint; a scoring is told what it has scored (`scoreTexts`), and
   * everything else that died starts anew.
   */
  #resumePath(job: JobId, spec: JobSpec): string | undefined {
    const project = this.#project
    if (spec.kind !== 'train' || !project) return undefined
    return checkpointsOf(this.#db, job)
      .map(({ path }) => resolve(project.workFolder, path))
      .find((path) => existsSync(path))
  }
}

type Ending = Parameters<typeof endJob>[2]

function endingOf(
  job: JobId,
  error: unknown,
  signal: AbortSignal,
): Ending & { error: ErrorRecord } {
  const record = toRecord(error)
  if (signal.aborted) {
    return { state: 'cancelled', error: { code: 'job.cancelled', details: { job: `${job}` } } }
  }
  return { state: record.code === 'job.workerDied' ? 'interrupted' : 'failed', error: record }
}
