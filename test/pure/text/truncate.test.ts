import assert from 'node:assert/strict'
import { test } from 'node:test'
import { truncate } from '../../../learn/text/truncate.ts'

test('keeps a single text up to the budget', () => {
  assert.deepEqual(truncate(5, 0, 10), { a: 5, b: 0 })
  assert.deepEqual(truncate(25, 0, 10), { a: 10, b: 0 })
})

test('shortens the longer side of a pair first, down to half each', () => {
  assert.deepEqual(truncate(4, 5, 11), { a: 4, b: 5 })
  assert.deepEqual(truncate(20, 3, 11), { a: 8, b: 3 })
  assert.deepEqual(truncate(3, 20, 11), { a: 3, b: 8 })
  assert.deepEqual(truncate(20, 20, 11), { a: 6, b: 5 })
  assert.deepEqual(truncate(0, 20, 11), { a: 0, b: 11 })
})

test('never exceeds the budget and never drops what would fit', () => {
  for (let budget = 1; budget < 9; budget++) {
    for (let a = 0; a < 12; a++) {
      for (let b = 0; b < 12; b++) {
        const kept = truncate(a, b, budget)
        assert.ok(kept.a <= a && kept.b <= b && kept.b >= 0)
        assert.equal(kept.a + kept.b, Math.min(a + b, budget))
      }
    }
  }
})
