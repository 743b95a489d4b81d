import type { Verdict } from '../../../core/contract.ts'
import type { ProposalFilter, ProposalId } from '../../../core/project.ts'
import type { JournalEntry, Proposal } from '../../../core/records.ts'
import { api } from '../../api.ts'
import type { InOrder } from '../../state/in-order.ts'
import { messages } from '../../state/messages.svelte.ts'
import { isSame, matches } from './filter.ts'
import { inserted, parted, Trail } from './lists.ts'

const page = 100
/** The most that one call gives. */
const mostRead = 10_000
/** Another page is read when the cursor or the view comes so near to the end of what was read. */
const near = 30

/**
 * The proposals that wait for a decision, surest first. A decision is drawn at once and written behind
 * it, in order; what could not be written comes back.
 */
export class Queue {
  filter = $state.raw<ProposalFilter>({})
  /** How many match the filter in all. */
  matching = $state(0)
  isLoaded = $state(false)
  at = $state(0)
  #ahead = $state.raw<readonly Proposal[]>([])
  /** Put off until everything else is through. */
  #later = $state.raw<readonly Proposal[]>([])
  #isAll = $state(false)
  readonly shown = $derived(this.#isAll ? [...this.#ahead, ...this.#later] : this.#ahead)
  readonly current = $derived<Proposal | undefined>(this.shown[this.at])
  readonly #writes: InOrder
  readonly #trail = new Trail()
  #turn = 0
  #isReading = false

  constructor(writes: InOrder) {
    this.#writes = writes
  }

  async choose(filter: ProposalFilter): Promise<void> {
    if (isSame(filter, this.filter)) return
    this.filter = filter
    this.#later = []
    this.at = 0
    await this.load()
  }

  /** Reads again as much as was read before. */
  async load(): Promise<void> {
    const turn = ++this.#turn
    const { filter } = this
    const limit = Math.min(mostRead, Math.max(page, this.#ahead.length + this.#later.length))
    const [{ count }, read] = await this.#writes.run(() =>
      Promise.all([
        api.call('review.count', { filter }),
        api.call('review.queue', { filter, limit }),
      ]),
    )
    if (turn !== this.#turn) return
    const { inside, outside } = parted(read, this.#later)
    this.#later = inside
    this.#ahead = outside
    this.#isAll = read.length < limit
    this.matching = count
    this.at = Math.max(0, Math.min(this.at, this.shown.length - 1))
    this.isLoaded = true
  }

  move(steps: number): void {
    this.select(this.at + steps)
  }

  select(at: number): void {
    this.at = Math.max(0, Math.min(at, this.shown.length - 1))
    this.reach(this.at)
  }

  /** Reads on when a place near the end is seen. */
  reach(place: number): void {
    if (!this.#isAll && place >= this.#ahead.length - near) void this.#more()
  }

  /** Decides the current proposal; the next one takes its place. */
  decide(verdict: Verdict): Proposal | undefined {
    const proposal = this.current
    if (!proposal) return undefined
    this.#take(proposal.id)
    void this.#writes.run(async () => {
      const verdicts = [{ text: proposal.text, verdict }]
      try {
        const { entry } = await api.call('review.decide', { verdicts })
        if (entry) this.#trail.remember(entry, proposal)
      } catch (error) {
        this.#putBack(proposal)
        messages.fail(error)
      }
    })
    return proposal
  }

  /** Puts the current proposal off. */
  putOff(): void {
    const proposal = this.current
    if (!proposal) return
    const isOther = ({ id }: Proposal) => id !== proposal.id
    this.#ahead = this.#ahead.filter(isOther)
    this.#later = [...this.#later.filter(isOther), proposal]
    this.select(this.at)
  }

  /** The queue after an entry of the journal was taken back: at the proposal that it was about. */
  async onUndone(entry: JournalEntry): Promise<void> {
    const proposal = this.#trail.of(entry)
    if (proposal && matches(this.filter, proposal)) this.#putBack(proposal)
    else await this.load()
  }

  async onRedone(entry: JournalEntry): Promise<void> {
    const proposal = this.#trail.of(entry)
    if (proposal && this.shown.some((other) => other.id === proposal.id)) this.#take(proposal.id)
    else await this.load()
  }

  /** The proposal of this queue that an entry decided. */
  decidedBy(entry: JournalEntry): Proposal | undefined {
    return this.#trail.of(entry)
  }

  #take(id: ProposalId): void {
    const isOther = (other: Proposal) => other.id !== id
    this.#ahead = this.#ahead.filter(isOther)
    this.#later = this.#later.filter(isOther)
    this.matching--
    this.select(this.at)
  }

  #putBack(proposal: Proposal): void {
    const { list, place } = inserted(this.#ahead, proposal)
    this.#ahead = list
    this.matching++
    this.at = place
  }

  async #more(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    const turn = this.#turn
    const { filter } = this
    try {
      const read = await this.#writes.run(() =>
        api.call('review.queue', {
          filter,
          offset: this.#ahead.length + this.#later.length,
          limit: page,
        }),
      )
      if (turn !== this.#turn) return
      const { outside } = parted(read, [...this.#ahead, ...this.#later])
      this.#ahead = [...this.#ahead, ...outside]
      this.#isAll = read.length < page
    } catch (error) {
      messages.fail(error)
    } finally {
      this.#isReading = false
    }
  }
}
