import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stream } from '../../../core/random.ts'
import {
  bootstrap,
  bootstrapInSlices,
  compare,
  meanAndSd,
  sliceOf,
  summarizeSplits,
  wilson,
  type Statistic,
} from '../../../core/statistics.ts'

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)
}

function meanOf(values: readonly number[]): Statistic {
  return (texts) => texts.reduce((sum, text) => sum + values[text]!, 0) / texts.length
}

/** `n` answers of which about the share is right. */
function answers(n: number, share: number, seed: number): number[] {
  const stream = new Stream(seed, 'answers')
  return Array.from({ length: n }, () => Number(stream.next() < share))
}

// Newcombe (1998), Statistics in Medicine 17, table I, method 3.
for (const [successes, n, low, high] of [
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
] as const) {
  test(`gives the published Wilson interval of ${successes} in ${n}`, () => {
    const interval = wilson(successes, n)
    near(interval.low, low, 5e-5)
    near(interval.high, high, 5e-5)
  })
}

test('mirrors the Wilson interval, ends it at 0 and 1, and knows nothing from nothing', () => {
  const interval = wilson(19, 20)
  near(1 - wilson(1, 20).high, interval.low, 1e-12)
  assert.deepEqual([wilson(0, 5).low, wilson(5, 5).high], [0, 1])
  assert.deepEqual(wilson(0, 0), { low: 0, high: 1 })
})

test('passes an audit of 120 at 90 % with 5 errors, not with 6', () => {
  assert.ok(wilson(115, 120).low > 0.9)
  assert.ok(wilson(114, 120).low < 0.9)
})

test('bootstraps a proportion like its normal approximation', () => {
  const values = answers(400, 0.7, 1)
  const p = meanOf(values)(Int32Array.from(values.keys()))
  const estimate = bootstrap(400, meanOf(values), 3)
  const half = 1.96 * Math.sqrt((p * (1 - p)) / 400)
  assert.equal(estimate.value, p)
  near(estimate.low, p - half, 0.004)
  near(estimate.high, p + half, 0.004)
})

test('repeats a bootstrap by its seed and varies with another', () => {
  const values = answers(101, 0.6, 1)
  assert.deepEqual(bootstrap(101, meanOf(values), 7), bootstrap(101, meanOf(values), 7))
  const continuous = values.map((value, i) => value + i * 1e-3)
  assert.notEqual(
    bootstrap(101, meanOf(continuous), 7).low,
    bootstrap(101, meanOf(continuous), 8).low,
  )
})

test('gives a constant figure an interval without width', () => {
  assert.deepEqual(
    bootstrap(9, () => 0.5, 1),
    { value: 0.5, low: 0.5, high: 0.5 },
  )
})

test('covers the true proportion about 95 times in 100', () => {
  let covered = 0
  for (let i = 0; i < 60; i++) {
    const { low, high } = bootstrap(120, meanOf(answers(120, 0.75, i)), i)
    if (low <= 0.75 && 0.75 <= high) covered++
  }
  assert.ok(covered >= 52 && covered <= 60, `${covered} of 60`)
})

test('claims a difference only when the paired interval excludes 0', () => {
  const before = answers(300, 0.6, 1)
  const better = before.map((value, i) => (i % 6 === 0 ? 1 : value))
  const swapped = before.map((value, i) => (i < 20 ? 1 - value : value))
  const verdict = (after: readonly number[]) =>
    compare(300, meanOf(before), meanOf(after), 5).verdict
  assert.equal(verdict(better), 'helped')
  assert.equal(compare(300, meanOf(better), meanOf(before), 5).verdict, 'did not help')
  assert.equal(verdict(swapped), 'no difference seen')
  assert.equal(verdict(before), 'no difference seen')
})

test('pairs the texts: a small steady gain is seen where separate intervals overlap', () => {
  const before = answers(500, 0.5, 2)
  const after = before.map((value, i) => (i % 25 === 0 ? 1 : value))
  const { difference, low, high } = compare(500, meanOf(before), meanOf(after), 5)
  const separate = bootstrap(500, meanOf(after), 5)
  assert.ok(low > 0 && difference > low && high > difference)
  assert.ok(separate.low < bootstrap(500, meanOf(before), 5).high)
})

test('summarizes splits with the standard deviation of n - 1', () => {
  assert.deepEqual(meanAndSd([2, 4, 6]), { mean: 4, sd: 2 })
  assert.ok(Number.isNaN(meanAndSd([3]).sd))
  const splits = [0.5, 0.6, 0.7].map((value) => ({ texts: 4, statistic: () => value }))
  const { mean, sd, n, low, high } = summarizeSplits(splits, { seed: 1, sameTexts: true })
  near(mean, 0.6, 1e-12)
  near(sd, 0.1, 1e-12)
  assert.equal(n, 3)
  near(low, 0.5, 1e-12)
  near(high, 0.7, 1e-12)
})

test('keeps the chance of a shared test set that separate draws would average away', () => {
  const values = answers(200, 0.7, 4)
  const splits = Array.from({ length: 5 }, () => ({ texts: 200, statistic: meanOf(values) }))
  const width = (sameTexts: boolean) => {
    const { low, high } = summarizeSplits(splits, { seed: 2, sameTexts })
    return high - low
  }
  const single = bootstrap(200, meanOf(values), 2)
  near(width(true), single.high - single.low, 0.01)
  near(width(false), width(true) / Math.sqrt(5), 0.01)
})

test('a bootstrap in slices pauses every few hundred resamples and comes to the same', () => {
  const share = (texts: Int32Array) => texts.filter((text) => text < 30).length / texts.length
  const slices = bootstrapInSlices(120, share, 7)
  let pauses = 0
  let step = slices.next()
  for (; !step.done; step = slices.next()) pauses++
  assert.deepEqual(step.value, bootstrap(120, share, 7))
  assert.equal(pauses, 10_000 / sliceOf - 1)
})
