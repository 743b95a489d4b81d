import type { Labelled } from '../../../core/contract.ts'
import type { ErrorRecord } from '../../../core/errors.ts'
import type { Mark } from '../../../core/project.ts'
import type { StoredText } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { recordOf } from '../../state/messages.svelte.ts'

/** What a key decided about a text. A text that is skipped is not written: it only keeps its turn. */
export interface Decision {
  readonly text: StoredText
  readonly deed: Mark | Skipped
}

export interface Skipped {
  readonly state: 'skipped'
}

type Marked = Decision & { readonly deed: Mark }

interface Listener {
  /** A decision is on the disk, or has had its turn; then there is no answer. */
  onDone(decision: Decision, answer: Labelled | null): void
  onChange(): void
}

/**
 * Decisions on their way to the disk: one call each, in the order of the keys, the next one when the
 * one before is committed. When a write fails nothing more is sent and nothing is given up, until it is
 * tried again or taken back.
 */
export class Outbox {
  /** In order; the first is being written. */
  decisions = $state.raw<readonly Decision[]>([])
  /** Why the first one could not be written. */
  fault = $state.raw<ErrorRecord | null>(null)
  /** How many decisions there ever were: tells whether anything happened meanwhile. */
  added = 0
  readonly #listener: Listener
  #sending: Promise<void> | null = null

  constructor(listener: Listener) {
    this.#listener = listener
  }

  /** Decisions that are not on the disk, skipped texts left out. */
  get unsaved(): readonly Marked[] {
    return this.decisions.filter((d): d is Marked => d.deed.state !== 'skipped')
  }

  add(decision: Decision): void {
    this.added++
    this.#become([...this.decisions, decision])
    this.#start()
  }

  /** Takes over what an earlier page left behind; it waits to be tried again. */
  restore(decisions: readonly Decision[], fault: ErrorRecord): void {
    this.#become(decisions)
    this.fault = fault
  }

  retry(): void {
    this.fault = null
    this.#start()
  }

  /** Gives up the last decision, while nothing is being written. */
  takeBack(): Decision | undefined {
    const last = this.decisions.at(-1)
    this.#become(this.decisions.slice(0, -1))
    if (this.unsaved.length === 0) this.retry()
    return last
  }

  /** Waits until everything is written or a write has failed. */
  async settled(): Promise<void> {
    await this.#sending
  }

  #start(): void {
    if (this.#sending !== null || this.fault !== null) return
    this.#sending = this.#send().finally(() => (this.#sending = null))
  }

  async #send(): Promise<void> {
    for (let next = this.decisions[0]; next !== undefined; next = this.decisions[0]) {
      try {
        const answer = await write(next)
        this.#become(this.decisions.slice(1))
        this.#listener.onDone(next, answer)
      } catch (error) {
        this.fault = recordOf(error)
        return
      }
    }
  }

  #become(decisions: readonly Decision[]): void {
    this.decisions = decisions
    this.#listener.onChange()
  }
}

async function write({ text, deed }: Decision): Promise<Labelled | null> {
  if (deed.state === 'skipped') return null
  return api.call('label.set', { edits: [{ text: text.id, mark: deed }] })
}
