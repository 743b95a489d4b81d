import type { ProposalRule } from '../../core/job.ts'
import type { JobId } from '../../core/project.ts'
import { api } from '../api.ts'
import { devices } from './devices.svelte.ts'
import { jobs } from './jobs.svelte.ts'
import { attempt } from './messages.svelte.ts'

/** Scoring what is not labelled and proposing classes for it, wherever it is asked for. */
class Proposing {
  isAsked = $state(false)
  /** How to propose: as a percentage, as it is spoken of. */
  percentage = $state(10)
  minimum = $state(20)
  unanimous = $state(true)
  readonly #latest = $derived(jobs.latest('propose'))
  readonly running = $derived(
    this.#latest && jobs.running.some(({ job }) => job.id === this.#latest!.job.id)
      ? this.#latest
      : undefined,
  )
  /** The latest attempt, when it failed, was stopped or was cut off: it can be gone on with. */
  readonly unfinished = $derived(
    this.#latest && !this.running && this.#latest.job.state !== 'done' ? this.#latest : undefined,
  )

  ask(): void {
    if (!this.running) this.isAsked = true
  }

  async start(): Promise<void> {
    const rule: ProposalRule = {
      share: this.percentage / 100,
      minimum: this.minimum,
      unanimous: this.unanimous,
    }
    this.isAsked = false
    const device = await devices.ready()
    await attempt(() => api.call('review.propose', { rule, device }))
    await jobs.refresh()
  }

  async resume(job: JobId): Promise<void> {
    const device = await devices.ready()
    await attempt(() => api.call('jobs.resume', { job, device }))
    await jobs.refresh()
  }
}

export const proposing = new Proposing()
