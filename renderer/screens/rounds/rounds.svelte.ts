import type { RoundComparison, RoundReport, RoundsReport } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { attempt, messages } from '../../state/messages.svelte.ts'
import { project } from '../../state/project.svelte.ts'
import { words } from './words.ts'

/** The rounds of the project, and the two of them that are compared. */
class Rounds {
  report = $state.raw<RoundsReport | null>(null)
  /** Of the two rounds that are compared; null while there is none, or it is being computed. */
  comparison = $state.raw<RoundComparison | null>(null)
  #chosen = $state<number | null>(null)
  #base = $state<number | null>(null)
  /** The round that was in use before the last choice, to take it back. */
  #former: number | null = null
  #path: string | undefined

  readonly all = $derived(this.report?.rounds ?? [])
  readonly latest = $derived(this.all.at(-1))
  readonly inUse = $derived(this.all.find(({ inUse }) => inUse))
  readonly best = $derived(this.all.find(({ number }) => number === this.report?.best))
  readonly after = $derived(this.all.find(({ number }) => number === this.#chosen) ?? this.latest)
  /** The round to compare with: as chosen, or the one that was in use before, or the one before. */
  readonly before = $derived.by(() => {
    const { after } = this
    if (!after) return undefined
    const wanted = [this.#base, after.previous, after.number - 1, after.number + 1]
    const number = wanted.find((n) => n !== null && n !== after.number && this.#byNumber(n))
    return number == null ? undefined : this.#byNumber(number)
  })
  /** The round that was in use last, before this one. */
  readonly former = $derived(
    this.report?.history
      .map(({ round }) => this.#byNumber(round))
      .findLast((round) => round && !round.inUse && !round.isDiscarded),
  )

  follow(): () => void {
    void this.refresh()
    return api.listen(({ event }) => {
      if (event !== 'job.step') void this.refresh()
    })
  }

  async refresh(): Promise<void> {
    if (this.#path !== project.info?.path) this.#forget()
    const report = await api.call('rounds.list', {}).catch(() => null)
    if (report !== null) this.report = report
  }

  choose(number: number): void {
    this.#chosen = number
  }

  compareWith(number: number): void {
    this.#base = number
  }

  async compare(before: number, after: number): Promise<void> {
    const known = this.#byNumber(after)?.comparison
    const isKnown = known?.before === before
    this.comparison = isKnown ? known : null
    if (isKnown) return
    const comparison = await attempt(() => api.call('rounds.compare', { before, after }))
    const isStill = this.before?.number === before && this.after?.number === after
    if (isStill) this.comparison = comparison ?? null
  }

  /** Whether a round can be put into use. */
  mayKeep(round: RoundReport | undefined): round is RoundReport {
    const isWritable = project.info?.isReadOnly === false
    return round !== undefined && isWritable && !round.inUse && !round.isDiscarded
  }

  async keep(number: number): Promise<void> {
    const former = this.inUse?.number ?? null
    const report = await attempt(() => api.call('rounds.keep', { round: number }))
    if (report === undefined) return
    this.report = report
    this.#former = former
    messages.tell(words().kept(number), former === null ? undefined : () => void this.takeBack())
  }

  /** Puts the round into use again that was so before the last choice. */
  async takeBack(): Promise<void> {
    const number = this.#former
    if (number === null) return
    this.#former = null
    const report = await attempt(() => api.call('rounds.keep', { round: number }))
    if (report === undefined) return
    this.report = report
    messages.tell(words().kept(number))
  }

  /** Gives up a round's weights; the bytes that this frees, undefined when it failed. */
  async discard(number: number): Promise<number | undefined> {
    const answer = await attempt(() => api.call('rounds.discard', { round: number }))
    await this.refresh()
    return answer?.freed
  }

  #byNumber(number: number): RoundReport | undefined {
    return this.all.find((round) => round.number === number)
  }

  #forget(): void {
    this.#path = project.info?.path
    this.report = null
    this.comparison = null
    this.#chosen = null
    this.#base = null
    this.#former = null
  }
}

export const rounds = new Rounds()
