import { linear, ticks, type Scale } from './scale.ts'

/** One axis of shares for all rows of a table. */
export interface IntervalAxis extends Scale {
  readonly width: number
  readonly ticks: readonly number[]
}

const side = 18
/** What a tick's name takes, with air. */
const tickWidth = 48

/** An axis from the tenth below the lowest of the intervals up to 100 %. */
export function intervalAxis(
  intervals: readonly { readonly low: number }[],
  width: number,
  margin = side,
): IntervalAxis {
  const lowest = Math.min(0.9, ...intervals.map(({ low }) => low))
  const from = Math.floor(lowest * 10 + 1e-9) / 10
  const scale = linear([from, 1], [margin, width - margin])
  return { ...scale, width, ticks: ticks(from, 1, Math.floor(width / tickWidth)) }
}
