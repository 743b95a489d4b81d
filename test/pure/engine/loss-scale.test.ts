import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshLossScale, nextLossScale } from '../../../engine/loss-scale.ts'

test('the loss scale halves at an overflow and doubles after a thousand good steps', () => {
  assert.deepEqual(nextLossScale({ scale: 8, good: 999 }, false), { scale: 4, good: 0 })
  assert.deepEqual(nextLossScale({ scale: 8, good: 998 }, true), { scale: 8, good: 999 })
  assert.deepEqual(nextLossScale({ scale: 8, good: 999 }, true), { scale: 16, good: 0 })
  assert.equal(freshLossScale.scale, 65_536)
})

test('at a scale of 1 an overflow is not the fault of the scale', () => {
  assert.deepEqual(nextLossScale({ scale: 1.5, good: 3 }, false), { scale: 1, good: 0 })
  assert.equal(nextLossScale({ scale: 1, good: 3 }, false), null)
})
