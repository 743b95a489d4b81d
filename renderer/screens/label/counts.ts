import type { Mark } from '../../../core/project.ts'
import type { ClassCount, LabelSummary } from '../../../core/records.ts'
import type { Decision } from './outbox.svelte.ts'

type Counts = Pick<ClassCount, 'train' | 'heldOut'>

/** Labels by class; null counts "none of these". */
export type ClassCounts = ReadonlyMap<string | null, Counts>

const nothing: Counts = { train: 0, heldOut: 0 }

/** What the project's counts are with the decisions that are still on their way. */
export function countsOf(
  summary: LabelSummary | null,
  decisions: readonly Decision[],
): ClassCounts {
  const counts = new Map<string | null, Counts>(summary?.classes.map((c) => [c.class, c]))
  for (const { text, deed } of decisions) {
    if (deed.state === 'skipped') continue
    add(counts, text.label, text.heldOut, -1)
    add(counts, deed, text.heldOut, 1)
  }
  return counts
}

export function sumOf(counts: ClassCounts, of: keyof Counts): number {
  return [...counts.values()].reduce((sum, count) => sum + count[of], 0)
}

function add(
  counts: Map<string | null, Counts>,
  mark: Mark | null,
  isHeldOut: boolean,
  by: number,
): void {
  if (mark === null || mark.state === 'cleared') return
  const key = mark.state === 'class' ? mark.class : null
  const { train, heldOut } = counts.get(key) ?? nothing
  counts.set(key, isHeldOut ? { train, heldOut: heldOut + by } : { train: train + by, heldOut })
}
