/** How many tokens of each side are kept, always the first ones. */
export interface Kept {
  readonly a: number
  readonly b: number
}

/**
 * The truncation rule of training, scoring and the exported graph (decisions.md, "The exported
 * graph" (b)): the longer side of a pair gives way until both fit, down to half of the budget each.
 *
 * `a` and `b` are token counts (`b` 0 for a single text); `budget` is the room for both.
 */
export function truncate(a: number, b: number, budget: number): Kept {
  const keptA = Math.min(a, Math.max(budget - b, Math.ceil(budget / 2)))
  return { a: keptA, b: Math.min(b, budget - keptA) }
}
