import { roundedUp, steadyRows } from './batch.ts'
import type { BatchSize } from './graph.ts'

/** Tokens of a batch that are tried, fewest first. */
const sizes = [1024, 2048, 4096, 8192, 16_384]
/** Batches of a size that are timed; the first of them may have met what is new to the device. */
const trials = 3
/** How much faster a larger batch has to be: memory is worth something too. */
const worthwhile = 1.05

/**
 * How many texts at a time: finds the device's best batch by timing the first ones, larger and larger
 * until that no longer helps. Answers do not depend on it.
 */
export class BatchProbe {
  #at = 0
  #isFound = false
  /** Tokens a millisecond, the best of each size that was tried. */
  readonly #speeds: number[] = []
  #times = 0
  readonly #now: () => number

  /** `now` is a clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Tokens that a batch may have, padding counted. */
  get tokens(): number {
    return sizes[this.#at]!
  }

  /** The next batch of rows that are sorted by length; `steadyRows` at least, where there are so many. */
  take<T>(sorted: readonly T[], lengthOf: (row: T) => number): T[] {
    let count = Math.min(steadyRows, sorted.length)
    const fits = (rows: number) =>
      roundedUp(rows, steadyRows) * lengthOf(sorted[rows - 1]!) <= this.tokens
    while (count < sorted.length && fits(count + 1)) count++
    return sorted.slice(0, count)
  }

  /** Runs a batch and learns from how long it took. Small rests of a queue teach nothing. */
  async timed<T>({ batch, tokens }: BatchSize, run: () => Promise<T>): Promise<T> {
    const started = this.#now()
    const result = await run()
    const isFull = (batch + steadyRows) * tokens > this.tokens
    if (!this.#isFound && isFull) this.#learn((batch * tokens) / (this.#now() - started))
    return result
  }

  #learn(speed: number): void {
    this.#speeds[this.#at] = Math.max(this.#speeds[this.#at] ?? 0, speed)
    if (++this.#times < trials) return
    this.#times = 0
    const [before = 0, now] = [this.#speeds[this.#at - 1], this.#speeds[this.#at]!]
    if (now < before * worthwhile) {
      this.#at--
      this.#isFound = true
    } else if (this.#at === sizes.length - 1) this.#isFound = true
    else this.#at++
  }
}
