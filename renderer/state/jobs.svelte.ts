import type { JobId } from '../../core/project.ts'
import type { Job, JobEvent } from '../../core/records.ts'
import { api } from '../api.ts'

/** A job with its latest line of progress. */
export interface JobView {
  readonly job: Job
  readonly event: JobEvent | null
  /** Seconds that are left at the pace so far; null before it can be told. */
  readonly left: number | null
  /** Milliseconds that one unit of the work takes at that pace; null before it can be told. */
  readonly pace: number | null
}

const measureMs = 3000

/** How much of its phase a job has done, 0 to 1. */
export function shareOf(view: JobView | undefined): number {
  return view?.event ? view.event.done / Math.max(1, view.event.total) : 0
}

/** The jobs of the project, live. A reload finds them again in the project's own records. */
class Jobs {
  all = $state<readonly JobView[]>([])
  readonly running = $derived(
    this.all.filter(({ job }) => job.state === 'running' || job.state === 'queued'),
  )
  readonly interrupted = $derived(
    this.all.filter(({ job }) => job.state === 'interrupted' || job.state === 'cancelled'),
  )
  /** Phase, place and time of the first line of progress of each job, from which its pace follows. */
  readonly #starts = new Map<JobId, { phase: string; done: number; at: number }>()

  start(): void {
    api.listen((incoming) => {
      if (incoming.event === 'job.step') this.#onStep(incoming.payload.job, incoming.payload.event)
      else if (incoming.event === 'job.ended') this.#onEnd(incoming.payload.job)
      else void this.refresh()
    })
    void this.refresh()
  }

  async refresh(): Promise<void> {
    const jobs = await api.call('jobs.list', { limit: 50 }).catch(() => [])
    const known = new Map(this.all.map((view) => [view.job.id, view]))
    this.all = jobs.map((job) => {
      const { event = null, left = null, pace = null } = known.get(job.id) ?? {}
      return { job, event, left, pace }
    })
    await Promise.all([...this.running, ...this.interrupted].map((view) => this.#recall(view)))
  }

  /** The latest job of a kind. */
  latest(kind: Job['kind']): JobView | undefined {
    return this.all.find(({ job }) => job.kind === kind)
  }

  async cancel(job: JobId): Promise<void> {
    await api.call('jobs.cancel', { job })
    await this.refresh()
  }

  /** After a reload, and after a restart, the latest line of progress is in the job's record. */
  async #recall({ job, event }: JobView): Promise<void> {
    if (event !== null || job.lastSeq === 0) return
    const range = { job: job.id, fromSeq: job.lastSeq, limit: 1 }
    const [last = null] = await api.call('jobs.events', range).catch(() => [])
    this.all = this.all.map((view) =>
      view.job.id === job.id && view.event === null ? { ...view, event: last } : view,
    )
  }

  /** A job that is taken up again has a pace of its own. */
  #onEnd(job: Job): void {
    this.#starts.delete(job.id)
    this.all = this.all.map((view) =>
      view.job.id === job.id ? { ...view, job, left: null, pace: null } : view,
    )
    void this.refresh()
  }

  #onStep(job: JobId, event: JobEvent): void {
    if (!this.all.some((view) => view.job.id === job)) void this.refresh()
    const pace = this.#pace(job, event)
    const left = pace === null ? null : ((event.total - event.done) * pace) / 1000
    this.all = this.all.map((view) => (view.job.id === job ? { ...view, event, left, pace } : view))
  }

  #pace(job: JobId, { phase, done, at }: JobEvent): number | null {
    const start = this.#starts.get(job)
    if (start === undefined || start.phase !== phase) {
      this.#starts.set(job, { phase, done, at })
      return null
    }
    const elapsed = at - start.at
    if (elapsed < measureMs || done <= start.done) return null
    return elapsed / (done - start.done)
  }
}

export const jobs = new Jobs()
