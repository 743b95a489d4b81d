const most = 20
const least = 5
/** Longer than this is a pause, not a decision. */
const pauseSeconds = 60

/** How long a decision takes, measured on the last twenty. */
export class Pace {
  #seconds = $state.raw<readonly number[]>([])
  #last: number | null = null

  note(now: number): void {
    const seconds = this.#last === null ? Infinity : (now - this.#last) / 1000
    this.#last = now
    if (seconds < pauseSeconds) this.#seconds = [...this.#seconds, seconds].slice(-most)
  }

  /** Seconds for so many decisions, by the median; null before five were measured. */
  secondsFor(decisions: number): number | null {
    const sorted = this.#seconds.toSorted((x, y) => x - y)
    if (sorted.length < least) return null
    return decisions * sorted[Math.floor(sorted.length / 2)]!
  }
}
