import { Stream } from './random.ts'

/** Intervals of the figures that we show (decision 16), all at 95 %. */
export interface Interval {
  readonly low: number
  readonly high: number
}

export interface Estimate extends Interval {
  readonly value: number
}

/** A figure over some texts, given as indices with repetition. It must not keep the array. */
export type Statistic = (texts: Int32Array) => number

export type Verdict = 'helped' | 'did not help' | 'no difference seen'

export interface Comparison extends Interval {
  /** After less before. */
  readonly difference: number
  readonly verdict: Verdict
}

export interface SplitSummary extends Interval {
  readonly mean: number
  /** Standard deviation over splits with n - 1; NaN for a single split. */
  readonly sd: number
  readonly n: number
}

/** A split's figure over its own `texts` test texts. */
export interface SplitFigure {
  readonly texts: number
  readonly statistic: Statistic
}

const resamples = 10_000

/** Resamples between two pauses: some milliseconds for a few hundred texts. */
export const sliceOf = 500

const z = 1.959963984540054

/** The Wilson score interval of a proportion; all of [0, 1] when nothing was counted. */
export function wilson(successes: number, n: number): Interval {
  if (n === 0) return { low: 0, high: 1 }
  const p = successes / n
  const centre = p + z ** 2 / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))
  const scale = 1 + z ** 2 / n
  return {
    low: successes === 0 ? 0 : (centre - half) / scale,
    high: successes === n ? 1 : (centre + half) / scale,
  }
}

/** The figure over all `n` (at least one) texts with its percentile bootstrap interval. */
export function bootstrap(n: number, statistic: Statistic, seed: number): Estimate {
  return finished(bootstrapInSlices(n, statistic, seed))
}

/** The same, handing back control after every `sliceOf` resamples. */
export function* bootstrapInSlices(
  n: number,
  statistic: Statistic,
  seed: number,
): Generator<void, Estimate> {
  const stream = new Stream(seed, 'bootstrap')
  const values = yield* resampled(() => statistic(drawn(stream, n)))
  return { value: statistic(all(n)), ...percentiles(values) }
}

/**
 * Two models on the same `n` texts: the difference of a figure with its paired bootstrap interval.
 * A difference is claimed only if the interval excludes 0.
 */
export function compare(n: number, before: Statistic, after: Statistic, seed: number): Comparison {
  return finished(compareInSlices(n, before, after, seed))
}

/** The same, handing back control after every `sliceOf` resamples. */
export function* compareInSlices(
  n: number,
  before: Statistic,
  after: Statistic,
  seed: number,
): Generator<void, Comparison> {
  const difference = (texts: Int32Array) => after(texts) - before(texts)
  const { value, low, high } = yield* bootstrapInSlices(n, difference, seed)
  const verdict = low > 0 ? 'helped' : high < 0 ? 'did not help' : 'no difference seen'
  return { difference: value, low, high, verdict }
}

/**
 * Mean and standard deviation of a figure over splits, with the percentile interval of a two-level
 * bootstrap: splits are drawn, then texts. Splits that are tested on the same texts (`sameTexts`)
 * share each draw of texts, else every split draws its own: separate draws would average away the
 * chance in the choice of texts, which the splits have in common.
 */
export function summarizeSplits(
  splits: readonly SplitFigure[],
  { seed, sameTexts }: { readonly seed: number; readonly sameTexts: boolean },
): SplitSummary {
  const stream = new Stream(seed, 'splits')
  const draw = () => {
    const shared = sameTexts ? drawn(stream, splits[0]!.texts) : undefined
    let sum = 0
    for (let i = 0; i < splits.length; i++) {
      const { texts, statistic } = splits[stream.below(splits.length)]!
      sum += statistic(shared ?? drawn(stream, texts))
    }
    return sum / splits.length
  }
  const values = finished(resampled(draw))
  const figures = splits.map(({ texts, statistic }) => statistic(all(texts)))
  return { ...meanAndSd(figures), n: splits.length, ...percentiles(values) }
}

/** Mean and standard deviation with n - 1 (NaN for a single value). */
export function meanAndSd(values: readonly number[]): { mean: number; sd: number } {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, sd: Math.sqrt(squares / (n - 1)) }
}

function* resampled(draw: () => number): Generator<void, Float64Array> {
  const values = new Float64Array(resamples)
  for (let i = 0; i < resamples; i++) {
    if (i > 0 && i % sliceOf === 0) yield
    values[i] = draw()
  }
  return values.sort()
}

/** What a computation in slices comes to, without a pause. */
function finished<T>(slices: Generator<void, T>): T {
  for (;;) {
    const { done, value } = slices.next()
    if (done) return value
  }
}

/** The 2.5th and 97.5th percentile of sorted values, between neighbours by proportion. */
function percentiles(sorted: Float64Array): Interval {
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const below = Math.floor(place)
    const above = Math.ceil(place)
    return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
  }
  return { low: at(0.025), high: at(0.975) }
}

function drawn(stream: Stream, n: number): Int32Array {
  const texts = new Int32Array(n)
  for (let i = 0; i < n; i++) texts[i] = stream.below(n)
  return texts
}

function all(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i)
}
