import type { Proportion } from './project.ts'
import { wilson } from './statistics.ts'

/**
 * What an int8 model has to show before it may leave (decision 23): the same class as the float32 model
 * on texts of the pool, with the lower end of the 95 % interval at `agreement` or above.
 */
export const int8Gate = { texts: 2000, agreement: 0.99 } as const

/** `tooFew`: with so few texts not even full agreement would do, and what was seen does not rule it out. */
export type Int8Verdict = 'passed' | 'failed' | 'tooFew'

export function judgeInt8({ n, low, high }: Pick<Proportion, 'n' | 'low' | 'high'>): Int8Verdict {
  const { agreement } = int8Gate
  if (low >= agreement) return 'passed'
  return wilson(n, n).low < agreement && high >= agreement ? 'tooFew' : 'failed'
}

/** The fewest texts with which full agreement passes. */
export function fewestInt8Texts(): number {
  let n = 1
  while (wilson(n, n).low < int8Gate.agreement) n++
  return n
}

/**
 * How many of a pool's texts only show by how much rounding shifts each class on average, which the
 * int8 file then takes back. They take no part in the comparison.
 */
export function calibrationTexts(pool: number): number {
  return Math.min(256, Math.floor(pool / 10))
}
