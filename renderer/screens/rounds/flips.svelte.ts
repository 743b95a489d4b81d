import { untrack } from 'svelte'
import type { Flip } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { attempt } from '../../state/messages.svelte.ts'

export type FlipKind = 'broken' | 'fixed' | 'other'

const pageSize = 20

/** Texts that two rounds put into different classes, page by page. */
export class Flips {
  items = $state.raw<readonly Flip[]>([])
  hasMore = $state(false)
  isReading = $state(true)
  readonly #question: { readonly before: number; readonly after: number; readonly kind: FlipKind }

  constructor(question: { before: number; after: number; kind: FlipKind }) {
    this.#question = question
    untrack(() => void this.more())
  }

  async more(): Promise<void> {
    this.isReading = true
    const afterText = this.items.at(-1)?.text ?? 0
    // One more than is shown says whether there are more.
    const range = { ...this.#question, afterText, limit: pageSize + 1 }
    const page = (await attempt(() => api.call('rounds.flips', range))) ?? []
    this.items = [...this.items, ...page.slice(0, pageSize)]
    this.hasMore = page.length > pageSize
    this.isReading = false
  }
}
