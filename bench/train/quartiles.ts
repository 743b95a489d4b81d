/** What is reported of repeated measurements. */
export interface Quartiles {
  readonly lower: number
  readonly median: number
  readonly upper: number
}

export function quartiles(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
    return below + (above - below) * (place - Math.floor(place))
  }
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) }
}

/** How many times as long the peer took, pair by pair: what was measured side by side is compared. */
export function ratios(own: readonly number[], peer: readonly number[]): Quartiles {
  return quartiles(own.map((seconds, i) => peer[i]! / seconds))
}
