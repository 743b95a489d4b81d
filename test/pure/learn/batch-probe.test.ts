import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchProbe } from '../../../learn/fuzzy-pet/batch-probe.ts'

/** A device that takes `fixed` milliseconds a batch and one more for each `tokensPerMs` tokens. */
async function settle(fixed: number, tokensPerMs: number): Promise<number> {
  let clock = 0
  const probe = new BatchProbe(() => clock)
  const queue = Array.from({ length: 20_000 }, () => 40)
  for (let start = 0; start < queue.length;) {
    const rows = probe.take(queue.slice(start, start + 1000), (length) => length)
    await probe.timed({ batch: rows.length, tokens: 40 }, async () => {
      clock += fixed + (rows.length * 40) / tokensPerMs
    })
    start += rows.length
  }
  return probe.tokens
}

test('a batch grows as long as that makes the device faster', async () => {
  assert.equal(await settle(0, 10), 1024)
  assert.equal(await settle(50, 10), 8192)
  assert.equal(await settle(1e4, 10), 16_384)
})

test('a batch holds as many rows as its tokens allow, padding counted, and four at least', () => {
  const probe = new BatchProbe(() => 0)
  const lengthOf = (length: number) => length
  assert.equal(probe.take(Array<number>(100).fill(64), lengthOf).length, 16)
  assert.equal(probe.take(Array<number>(100).fill(56), lengthOf).length, 16)
  assert.deepEqual(probe.take([10, 20, 30, 40, 200, 600], lengthOf), [10, 20, 30, 40])
  assert.deepEqual(probe.take([2000, 2000, 2000, 2000, 2000], lengthOf).length, 4)
  assert.deepEqual(probe.take([2000, 2000], lengthOf), [2000, 2000])
})
