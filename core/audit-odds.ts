import { wilson } from './statistics.ts'

/** What an audit is decided by: `n` texts of a filter that holds `population`. */
export interface AuditPlan {
  readonly n: number
  readonly population: number
  readonly threshold: number
}

/**
 * The most wrong answers with which an audit still passes (decision 17); -1 where the sample is too
 * small for its threshold, so that not even a flawless one would.
 */
export function mostWrong({ n, population, threshold }: AuditPlan): number {
  let wrong = -1
  while (wrong < n && lowerBound(n - wrong - 1, n, population) >= threshold) wrong++
  return wrong
}

/** A filter that is audited whole is known exactly. */
export function lowerBound(right: number, n: number, population: number): number {
  return n === population ? right / n : wilson(right, n).low
}
