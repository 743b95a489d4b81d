/**
 * Counter-based random numbers with named streams.
 *
 * A stream is addressed by a seed and a path such as `('order', epoch)`. It keeps no state that a
 * checkpoint would have to store: the same address gives the same draws on every machine, and a
 * resumed run simply asks for the stream of its next step.
 */
export class Stream {
  readonly #low: number
  readonly #high: number
  #counter = 0

  constructor(seed: number, ...path: (string | number)[]) {
    let low = mix(seed >>> 0, 0x9e3779b9)
    let high = mix(Math.floor(seed / 2 ** 32) >>> 0, 0x85ebca6b)
    for (const part of path) {
      for (const word of wordsOf(part)) {
        low = mix(low ^ word, high)
        high = mix(high + word, low)
      }
      low = mix(low, 0x27d4eb2f)
    }
    this.#low = low
    this.#high = high
  }

  /** A number in [0, 1) with 53 random bits. */
  next(): number {
    const counter = this.#counter++
    const a = mix(this.#low ^ counter, this.#high)
    const b = mix(this.#high + Math.imul(counter, 0x9e3779b1), a)
    return ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  /** A draw from the standard normal distribution (Box-Muller, one of the pair). */
  gaussian(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()))
    return radius * Math.cos(2 * Math.PI * this.next())
  }

  /** The items in a uniformly random order (Fisher-Yates); the argument is left as it was. */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items]
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const kept = result[i]!
      result[i] = result[j]!
      result[j] = kept
    }
    return result
  }

  /** `count` different items, or all of them in random order when there are fewer. */
  sample<T>(items: readonly T[], count: number): T[] {
    return this.shuffled(items).slice(0, count)
  }
}

function* wordsOf(part: string | number): Generator<number> {
  if (typeof part === 'number') {
    yield part >>> 0
    yield Math.floor(part / 2 ** 32) >>> 0
    return
  }
  yield part.length
  for (let i = 0; i < part.length; i++) yield part.charCodeAt(i)
}

/** The finaliser of MurmurHash3 on 32 bits, with a second word folded in. */
function mix(value: number, salt: number): number {
  let h = (value ^ salt) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
