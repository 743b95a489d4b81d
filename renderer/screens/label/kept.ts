import type { Mark, TextId } from '../../../core/project.ts'

export type Scope = 'train' | 'heldout'
export type Order = 'random' | 'uncertain'

/** What is kept of a project beside its file, so that a reload of the page loses none of it. */
export interface Kept {
  readonly scope: Scope
  readonly order: Order
  /** Texts to come back to, in order; `after` is the newest entry of the journal at that time. */
  readonly skips: readonly { readonly text: TextId; readonly after: number }[]
  /** Decisions that were not known to be on the disk, in the order of their keys. */
  readonly unsaved: readonly { readonly text: TextId; readonly mark: Mark }[]
}

const nothing: Kept = { scope: 'train', order: 'random', skips: [], unsaved: [] }

export function readKept(path: string): Kept {
  const text = localStorage.getItem(keyOf(path))
  return text === null ? nothing : { ...nothing, ...(JSON.parse(text) as Partial<Kept>) }
}

export function writeKept(path: string, kept: Kept): void {
  localStorage.setItem(keyOf(path), JSON.stringify(kept))
}

function keyOf(path: string): string {
  return `shiliu.label.${path}`
}
