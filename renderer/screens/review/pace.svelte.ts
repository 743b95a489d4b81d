import type { ProposalId } from '../../../core/project.ts'
import type { Proposal } from '../../../core/records.ts'

/** How fast people read who read fast, in signs a second. */
const hanPerSecond = 10
const otherPerSecond = 25
const remembered = 50
/** Nothing is said of fewer approvals than these. */
const shownFrom = 10

interface Approval {
  readonly proposal: ProposalId
  readonly seconds: number
  readonly toRead: number
}

/** How long proposals are looked at before they are approved: approving unread is confirmation bias. */
export class Pace {
  #all = $state.raw<readonly Approval[]>([])
  /** Approvals that were taken back, and can be done again. */
  #undone = $state.raw<readonly ProposalId[]>([])
  #shownAt = performance.now()
  readonly #approvals = $derived(
    this.#all.filter(({ proposal }) => !this.#undone.includes(proposal)),
  )
  readonly count = $derived(this.#approvals.length)
  /** Seconds in the middle, and those that reading takes; null before there is anything to say. */
  readonly median = $derived(
    this.count < shownFrom ? null : middle(this.#approvals.map(({ seconds }) => seconds)),
  )
  readonly toRead = $derived(middle(this.#approvals.map(({ toRead }) => toRead)))
  readonly isTooFast = $derived(this.median !== null && this.median < this.toRead)

  /** A proposal has come into view. */
  show(): void {
    this.#shownAt = performance.now()
  }

  approve({ id, a, b }: Proposal): void {
    const seconds = (performance.now() - this.#shownAt) / 1000
    const approval = { proposal: id, seconds, toRead: readingTime(`${a}${b ?? ''}`) }
    const others = this.#all.filter(({ proposal }) => proposal !== id)
    this.#all = [...others, approval].slice(-remembered)
    this.redo(id)
  }

  undo(id: ProposalId): void {
    this.#undone = [...this.#undone, id]
  }

  redo(id: ProposalId): void {
    this.#undone = this.#undone.filter((other) => other !== id)
  }
}

function readingTime(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0
  return han / hanPerSecond + (text.length - han) / otherPerSecond
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
