import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calibrationTexts, fewestInt8Texts, judgeInt8 } from '../../../core/int8.ts'
import { wilson } from '../../../core/statistics.ts'

const judge = (same: number, n: number) => judgeInt8({ n, ...wilson(same, n) })

test('the lower end of the interval has to reach 99 %', () => {
  assert.equal(judge(2000, 2000), 'passed')
  assert.equal(judge(1989, 2000), 'passed')
  assert.equal(judge(1988, 2000), 'failed')
})

test('381 texts are the fewest that can pass', () => {
  assert.equal(fewestInt8Texts(), 381)
  assert.equal(judge(381, 381), 'passed')
  assert.equal(judge(380, 380), 'tooFew')
  assert.equal(judge(380, 381), 'failed')
  assert.equal(judge(0, 0), 'tooFew')
})

test('few texts are enough to see that it differs', () => {
  assert.equal(judge(80, 100), 'failed')
  assert.equal(judge(99, 100), 'tooFew')
})

test('a tenth of the pool calibrates, 256 at most', () => {
  assert.deepEqual([9, 424, 3000].map(calibrationTexts), [0, 42, 256])
})
