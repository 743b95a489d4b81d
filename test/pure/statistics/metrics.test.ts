import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  accuracy,
  accuracyStatistic,
  confusionMatrix,
  macroF1,
  macroF1Statistic,
} from '../../../core/metrics.ts'
import { Stream } from '../../../core/random.ts'
import { bootstrap } from '../../../core/statistics.ts'

const predictions = {
  classes: 3,
  truth: [0, 0, 0, 1, 1, 2],
  predicted: [0, 0, 1, 1, 2, 2],
}

test('counts accuracy, macro F1 and confusion', () => {
  assert.equal(accuracy(predictions), 4 / 6)
  assert.ok(Math.abs(macroF1(predictions) - (4 / 5 + 1 / 2 + 2 / 3) / 3) < 1e-12)
  assert.deepEqual(confusionMatrix(predictions), [
    [2, 1, 0, 0],
    [0, 1, 1, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 0],
  ])
})

test('counts a text of no class as an error, and an abstention as a miss', () => {
  const none = { classes: 2, truth: [0, -1, 1], predicted: [0, 0, -1] }
  assert.equal(accuracy(none), 1 / 3)
  assert.equal(macroF1(none), (2 / 3 + 0) / 2)
  assert.deepEqual(confusionMatrix(none), [
    [1, 0, 0],
    [0, 0, 1],
    [1, 0, 0],
  ])
})

test('leaves classes that never occur out of macro F1', () => {
  assert.equal(macroF1({ classes: 5, truth: [0, 1], predicted: [0, 1] }), 1)
  assert.equal(macroF1({ classes: 2, truth: [-1], predicted: [-1] }), 0)
})

test('resamples as fast as the tables need and like the plain figures', () => {
  const stream = new Stream(1, 'metrics')
  const n = 2000
  const truth = Array.from({ length: n }, () => stream.below(15))
  const predicted = truth.map((c) => (stream.next() < 0.6 ? c : stream.below(15)))
  const many = { classes: 15, truth, predicted }
  const texts = Int32Array.from({ length: n }, () => stream.below(n))
  const chosen = {
    classes: 15,
    truth: [...texts].map((i) => truth[i]!),
    predicted: [...texts].map((i) => predicted[i]!),
  }
  assert.equal(macroF1Statistic(many)(texts), macroF1(chosen))
  assert.equal(accuracyStatistic(many)(texts), accuracy(chosen))
  const { value, low, high } = bootstrap(n, macroF1Statistic(many), 3)
  assert.equal(value, macroF1(many))
  assert.ok(low < value && value < high && high - low < 0.06)
})
