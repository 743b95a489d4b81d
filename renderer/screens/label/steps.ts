import type { Mark } from '../../../core/project.ts'
import type { StoredText, TrailEntry } from '../../../core/records.ts'
import type { Decision, Skipped } from './outbox.svelte.ts'

/** A text that is to come back at the end. */
export interface Skip {
  readonly text: StoredText
  /** The newest entry of the journal when it was skipped, 0 before the first. */
  readonly after: number
}

/** One thing that can be taken back, as the trail shows it. */
export interface Step {
  readonly key: string
  readonly text: StoredText
  /** `reviewed`: the entry decided proposals and labelled nothing. */
  readonly deed: Mark | Skipped | { readonly state: 'reviewed' }
  /** How many texts it is about. */
  readonly changes: number
  readonly isSaved: boolean
}

/** What was done last comes first: decisions under way, then skipped texts among the journal's entries. */
export function stepsOf(
  decisions: readonly Decision[],
  skips: readonly Skip[],
  entries: readonly TrailEntry[],
): Step[] {
  const underWay = decisions.map(({ text, deed }, i): Step => {
    return { key: `u${i}`, text, deed, changes: 1, isSaved: deed.state === 'skipped' }
  })
  return [...underWay.reverse(), ...merged(skips.toReversed(), entries)]
}

/** Whether the last step that is written down is a skipped text. */
export function isAbove(skip: Skip | undefined, newest: TrailEntry | undefined): skip is Skip {
  return skip !== undefined && skip.after >= (newest?.id ?? 0)
}

function merged(skips: readonly Skip[], entries: readonly TrailEntry[]): Step[] {
  const steps: Step[] = []
  let at = 0
  const takeSkips = (newest: TrailEntry | undefined) => {
    while (isAbove(skips[at], newest)) steps.push(stepOfSkip(skips[at++]!))
  }
  for (const entry of entries) {
    takeSkips(entry)
    steps.push(stepOfEntry(entry))
  }
  takeSkips(undefined)
  return steps
}

function stepOfSkip({ text }: Skip): Step {
  return { key: `s${text.id}`, text, deed: { state: 'skipped' }, changes: 1, isSaved: true }
}

function stepOfEntry({ id, text, mark, changes }: TrailEntry): Step {
  return { key: `e${id}`, text, deed: mark ?? { state: 'reviewed' }, changes, isSaved: true }
}
