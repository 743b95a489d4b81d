import { untrack } from 'svelte'
import type { JobId } from '../../core/project.ts'
import type { JobEvent } from '../../core/records.ts'
import { api } from '../api.ts'

const pageSize = 1000

/**
 * Every line of progress of one job: first what was recorded, then what comes. A reload loses nothing,
 * and what was missed while the connection was lost is read again.
 */
export class JobTrail {
  events = $state.raw<readonly JobEvent[]>([])
  readonly #job: JobId
  readonly #stop: readonly (() => void)[]
  #isReading = false

  constructor(job: JobId) {
    this.#job = job
    this.#stop = [
      api.listen((incoming) => {
        if (incoming.event === 'job.step' && incoming.payload.job === job) {
          this.#take(incoming.payload.event)
        }
      }),
      api.onConnection((isThere) => isThere && void this.#read()),
    ]
    untrack(() => void this.#read())
  }

  close(): void {
    for (const stop of this.#stop) stop()
  }

  /** A line that does not follow the last one is read from the record, with those before it. */
  #take(event: JobEvent): void {
    if (event.seq === this.#next) this.events = [...this.events, event]
    else if (event.seq > this.#next) void this.#read()
  }

  get #next(): number {
    return (this.events.at(-1)?.seq ?? 0) + 1
  }

  async #read(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      for (;;) {
        const range = { job: this.#job, fromSeq: this.#next, limit: pageSize }
        const page = await api.call('jobs.events', range)
        this.events = [...this.events, ...page.filter(({ seq }) => seq >= this.#next)]
        if (page.length < pageSize) return
      }
    } catch {
      // Without a connection the next one reads on.
    } finally {
      this.#isReading = false
    }
  }
}
