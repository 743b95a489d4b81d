import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mostWrong } from '../../../core/audit-odds.ts'

test('as many errors are allowed as leave the lower bound at the threshold', () => {
  const at = (n: number, threshold: number) => mostWrong({ n, population: 5000, threshold })
  assert.deepEqual([at(60, 0.9), at(120, 0.9), at(200, 0.9)], [1, 5, 11])
  assert.equal(at(60, 0.7), 11)
})

test('a sample that is too small for its threshold cannot pass', () => {
  assert.equal(mostWrong({ n: 60, population: 5000, threshold: 0.95 }), -1)
})

test('a filter that is audited whole is counted, not estimated', () => {
  assert.equal(mostWrong({ n: 20, population: 20, threshold: 0.9 }), 2)
  assert.equal(mostWrong({ n: 20, population: 20, threshold: 1 }), 0)
})
