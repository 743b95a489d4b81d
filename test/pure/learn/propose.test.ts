import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stream } from '../../../core/random.ts'
import type { Scored } from '../../../core/task.ts'
import { propose } from '../../../learn/propose.ts'

const rule = { share: 0.5, minimum: 0, unanimous: false }

/** A text whose two groups both say what the logits say. */
function scored(id: number, probabilities: readonly number[], groups?: number[][]): Scored {
  const logits = probabilities.map(Math.log)
  return { id, logits, groups: groups ?? [logits, logits], agreement: 1 }
}

/** Two texts for each class and confidence, so that the pool itself has equal priors. */
function evenPool(...confidences: number[]): Scored[] {
  return confidences.flatMap((p, i) => [scored(2 * i, [p, 1 - p]), scored(2 * i + 1, [1 - p, p])])
}

test('proposes the surest half of each class, surest first, with score and margin', () => {
  const proposed = propose(evenPool(0.6, 0.9, 0.7, 0.8), rule)
  assert.deepEqual(
    proposed.map(({ id, class: c }) => [id, c]),
    [
      [2, 0],
      [3, 1],
      [6, 0],
      [7, 1],
    ],
  )
  assert.ok(Math.abs(proposed[0]!.score - 0.9) < 1e-12)
  assert.ok(Math.abs(proposed[0]!.margin - 0.8) < 1e-12)
})

test('takes the bias of the model out of the scores', () => {
  const stream = new Stream(1, 'bias')
  const pool = Array.from({ length: 200 }, (_, id) => {
    const isSecond = id % 2 === 1
    const lean = stream.gaussian() + (isSecond ? 2 : -2)
    return { ...scored(id, [1, 1]), logits: [3, lean], groups: [[3, lean]] }
  })
  const proposed = propose(pool, { ...rule, share: 0.2, unanimous: true })
  const perClass = [0, 1].map((c) => proposed.filter((text) => text.class === c))
  assert.equal(perClass[0]!.length, perClass[1]!.length)
  assert.ok(perClass[1]!.length >= 15)
  assert.ok(perClass[1]!.every(({ id }) => id % 2 === 1))
  assert.ok(perClass[0]!.every(({ id }) => id % 2 === 0))
})

test('a proposal holds together: its class leads its probabilities, and groups are counted alike', () => {
  // The model leans to class 0 everywhere; of two texts that it would put there, one is proposed for 1.
  const pool = [
    scored(
      0,
      [0.95, 0.05],
      [
        [3, 0],
        [3, 0],
      ],
    ),
    scored(
      1,
      [0.55, 0.45],
      [
        [3, 2.5],
        [3, 0],
      ],
    ),
  ]
  const proposed = propose(pool, { share: 1, minimum: 0, unanimous: false })
  const second = proposed.find(({ id }) => id === 1)!
  assert.equal(second.class, 1)
  assert.ok(second.probabilities[1]! > 0.5)
  assert.equal(second.score, second.probabilities[1])
  assert.deepEqual(second.agrees, [true, false])
})

test('gives every class the share of the least predicted one, but at least the minimum', () => {
  const confidences = [0.9, 0.85, 0.8, 0.75, 0.7, 0.65]
  const firsts = confidences.map((p, i) => scored(i, [p, 1 - p]))
  const seconds = [scored(10, [0.001, 0.999]), scored(11, [0.002, 0.998])]
  const count = (minimum: number, c: number) =>
    propose([...firsts, ...seconds], { ...rule, minimum }).filter((text) => text.class === c).length
  const predicted = propose([...firsts, ...seconds], { ...rule, share: 1, minimum: 99 })
  const least = Math.min(...[0, 1].map((c) => predicted.filter((text) => text.class === c).length))
  assert.ok(least >= 2)
  assert.equal(count(0, 0), Math.ceil(least / 2))
  assert.equal(count(0, 1), Math.ceil(least / 2))
  assert.equal(count(3, 0), 3)
})

test('gives fewer, never duplicates, where a class has too few candidates', () => {
  const pool = evenPool(0.9, 0.8)
  const proposed = propose(pool, { share: 1, minimum: 50, unanimous: false })
  assert.deepEqual(proposed.map(({ id }) => id).sort(), [0, 1, 2, 3])
})

test('proposes from other classes when one is never predicted', () => {
  const pool = [
    scored(0, [0.6, 0.3, 0.1]),
    scored(1, [0.3, 0.6, 0.1]),
    scored(2, [0.6, 0.3, 0.1]),
    scored(3, [0.3, 0.6, 0.1]),
  ]
  const classes = propose(pool, { ...rule, share: 1 }).map((text) => text.class)
  assert.deepEqual(new Set(classes), new Set([0, 1]))
})

test('asks all groups when the rule does, each without its own bias', () => {
  const biased = (p: number) => [Math.log(p * 0.99), Math.log((1 - p) * 0.01)]
  const plain = (p: number) => [Math.log(p), Math.log(1 - p)]
  const pool = [
    scored(0, [0.9, 0.1], [plain(0.9), biased(0.9)]),
    scored(1, [0.1, 0.9], [plain(0.1), biased(0.1)]),
    scored(2, [0.8, 0.2], [plain(0.8), biased(0.2)]),
    scored(3, [0.2, 0.8], [plain(0.2), biased(0.8)]),
  ]
  const ids = (unanimous: boolean) =>
    propose(pool, { share: 1, minimum: 0, unanimous }).map(({ id }) => id)
  assert.deepEqual(ids(true).sort(), [0, 1])
  assert.deepEqual(ids(false).sort(), [0, 1, 2, 3])
})

test('is the same for any order of the pool, ties by id, and empty for an empty pool', () => {
  const pool = evenPool(0.8, 0.8, 0.8, 0.7)
  const shuffled = new Stream(3, 'order').shuffled(pool)
  assert.deepEqual(propose(shuffled, rule), propose(pool, rule))
  assert.deepEqual(
    propose(pool, rule).map(({ id }) => id),
    [0, 1, 2, 3],
  )
  assert.deepEqual(propose([], rule), [])
})

test('stays finite when the pool rules a class out, and takes a large pool', () => {
  const pool = Array.from({ length: 200_000 }, (_, id) => ({
    ...scored(id, [1, 1]),
    logits: [0, -4000 + (id % 7)],
    groups: [[0, -4000 + (id % 7)]],
  }))
  const proposed = propose(pool, { share: 0.001, minimum: 5, unanimous: true })
  assert.ok(proposed.length > 0)
  assert.ok(proposed.every(({ score, margin }) => Number.isFinite(score) && margin >= 0))
})
