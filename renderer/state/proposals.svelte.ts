import type { RunId } from '../../core/project.ts'
import type { ProposalCount } from '../../core/records.ts'
import { api } from '../api.ts'
import { CallError } from '../bridge.ts'

const pauseMs = 300

/** How many proposals wait and how many were decided, kept up to date with what changes them. */
class Proposals {
  /** The run whose proposals are under review; null while none has proposed anything. */
  run = $state<RunId | null>(null)
  /** False until it is known whether there are any. */
  isKnown = $state(false)
  open = $state(0)
  counts = $state.raw<readonly ProposalCount[]>([])
  #timer: ReturnType<typeof setTimeout> | undefined

  start(): void {
    api.listen(({ event }) => {
      if (event !== 'job.step') this.#soon()
    })
  }

  /** Counts again: after changes by itself, and when another project was opened. */
  async refresh(): Promise<void> {
    try {
      const { run, count } = await api.call('review.count', {})
      this.counts = await api.call('review.counts', {})
      this.open = count
      this.run = run
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      this.run = null
      this.open = 0
      this.counts = []
    }
    this.isKnown = true
  }

  /** Decisions come faster than their sums are read. */
  #soon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.refresh(), pauseMs)
  }
}

export const proposals = new Proposals()
