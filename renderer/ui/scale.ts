/** Scales of charts: from values to places, and the round values that an axis names. */

export interface Scale {
  readonly from: number
  readonly to: number
  /** Where a value stands, in pixels. */
  at(value: number): number
}

export function linear(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale {
  const span = to === from ? 1 : to - from
  return { from, to, at: (value) => start + ((value - from) / span) * (end - start) }
}

/** Round values between two, about `count` of them, both ends included where they are round. */
export function ticks(from: number, to: number, count: number): number[] {
  const step = roundStep((to - from) / Math.max(1, count))
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  )
}

/** The least of 1, 2 or 5 times a power of ten that is no smaller. */
export function roundStep(least: number): number {
  if (!(least > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find((f) => f * power >= least * (1 - 1e-9))!
  return factor * power
}

/** At most `most` items of a list, evenly spread, the first and the last among them. */
export function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items
  return Array.from(
    { length: most },
    (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!,
  )
}
