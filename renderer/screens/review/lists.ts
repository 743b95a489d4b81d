import type { EntryId } from '../../../core/project.ts'
import type { JournalEntry, Proposal } from '../../../core/records.ts'

/** What decisions were about, by their entries of the journal. */
export class Trail {
  readonly #proposals = new Map<EntryId, Proposal>()

  remember({ id }: JournalEntry, proposal: Proposal): void {
    this.#proposals.set(id, proposal)
  }

  of({ id }: JournalEntry): Proposal | undefined {
    return this.#proposals.get(id)
  }
}

/** Those of a list that are in another, and those that are not, each in order. */
export function parted(
  list: readonly Proposal[],
  other: readonly Proposal[],
): { inside: readonly Proposal[]; outside: readonly Proposal[] } {
  const ids = new Set(other.map(({ id }) => id))
  return {
    inside: list.filter(({ id }) => ids.has(id)),
    outside: list.filter(({ id }) => !ids.has(id)),
  }
}

/** A list in the order of the queue, surest first, with one more in its place, which is given too. */
export function inserted(
  list: readonly Proposal[],
  proposal: Proposal,
): { list: readonly Proposal[]; place: number } {
  const follows = list.findIndex((other) => comesBefore(proposal, other))
  const place = follows === -1 ? list.length : follows
  return { list: list.toSpliced(place, 0, proposal), place }
}

function comesBefore(a: Proposal, b: Proposal): boolean {
  return a.score > b.score || (a.score === b.score && a.id < b.id)
}
