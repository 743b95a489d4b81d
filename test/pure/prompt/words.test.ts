import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argmax, softmax } from '../../../core/probability.ts'
import { variants, type Variant } from '../../../learn/prompt/variants.ts'
import {
  agreement,
  attainable,
  classLogits,
  scoreText,
  type ScoreCorrection,
} from '../../../learn/prompt/words.ts'
import { inferenceTask, tokenizer, withTask } from './inference-task.ts'

const [ocnli] = variants(inferenceTask, tokenizer) as [Variant]
const [e, n, c] = [0, 1, 2]

function assertNear(actual: readonly number[], expected: readonly number[], tolerance = 1e-12) {
  assert.equal(actual.length, expected.length)
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) <= tolerance, `${actual} is not ${expected}`)
  })
}

/**
 * The log probabilities that training ends in when the model believes in the classes as given: each
 * mask holds the mixture of all classes' words at its place, weighted by belief, groups alike.
 */
function trained(belief: readonly number[], { words, masks }: Variant): number[][] {
  const mixture = Array.from({ length: masks }, (_, j) => {
    const mass = new Map<number, number>()
    for (const group of words) {
      group.forEach((word, k) => {
        mass.set(word[j]!, (mass.get(word[j]!) ?? 0) + belief[k]! / words.length)
      })
    }
    return mass
  })
  return words.map((group) =>
    group.map((word) => word.reduce((sum, id, j) => sum + Math.log(mixture[j]!.get(id)!), 0)),
  )
}

function predict(belief: readonly number[], correction: ScoreCorrection, variant = ocnli): number {
  const score = { ...variant, logProbabilities: trained(belief, variant) }
  return argmax(classLogits([score], 1, correction))
}

/** The belief in class `up` (against `down`) from which on `up` is predicted. */
function boundary(up: number, down: number, correction: ScoreCorrection): number {
  for (let belief = 0.0005; belief < 1; belief += 0.001) {
    const beliefs = [0, 0, 0]
    beliefs[up] = belief
    beliefs[down] = 1 - belief
    if (predict(beliefs, correction) === up) return belief
  }
  return 1
}

test('knows the attainable maxima of the reference word groups', () => {
  assertNear(ocnli.attainable, [5 / 9, 5 / 9, 1 / 3])
})

test('gives one-token words, equal words and a single group the whole score', () => {
  assertNear([attainable([[1], [2], [3]])], [1])
  assertNear([attainable([[1, 2]])], [1])
  assertNear(
    [
      attainable([
        [1, 2],
        [3, 4],
      ]),
    ],
    [1 / 2],
  )
  assertNear(
    [
      attainable([
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ]),
    ],
    [1 / 9],
  )
})

test('the plain sum needs too much belief for the class of distinct characters', () => {
  assertNear([boundary(e, c, 'none')], [0.437], 0.002)
  assertNear([boundary(c, e, 'none')], [0.563], 0.002)
  assert.equal(predict([0.46, 0, 0.54], 'none'), e)
})

test('the correction moves every boundary back to even belief', () => {
  assertNear([boundary(n, c, 'attainable')], [0.5], 0.002)
  assertNear([boundary(c, n, 'attainable')], [0.5], 0.002)
  assertNear([boundary(n, e, 'attainable')], [0.5], 0.02)
  assert.equal(predict([0.46, 0, 0.54], 'attainable'), c)
})

test('what the correction leaves is a shared character across classes, 0.517 at worst', () => {
  for (const [up, down] of [
    [e, c],
    [c, e],
    [e, n],
    [n, e],
    [c, n],
    [n, c],
  ] as const) {
    const found = boundary(up, down, 'attainable')
    assert.ok(found > 0.482 && found < 0.5185, `${up} against ${down}: ${found}`)
  }
  assertNear([boundary(e, c, 'attainable')], [0.517], 0.002)
})

test('predicts the belief of the trained mixture wherever the lead is clear', () => {
  for (let i = 0; i <= 20; i++) {
    for (let j = 0; i + j <= 20; j++) {
      const belief = [i / 20, j / 20, (20 - i - j) / 20]
      const [first, second] = [...belief].sort((p, q) => q - p)
      if (first! - second! < 0.1) continue
      assert.equal(predict(belief, 'attainable'), argmax(belief), String(belief))
    }
  }
})

test('class probabilities equal the belief when no characters are shared', () => {
  const task = withTask({
    groups: [
      { name: '一', words: { e: '蕴含', n: '中性', c: '矛盾' } },
      { name: '二', words: { e: '包关', n: '无立', c: '反向' } },
    ],
  })
  const [variant] = variants(task, tokenizer) as [Variant]
  const belief = [0.2, 0.5, 0.3]
  const score = { ...variant, logProbabilities: trained(belief, variant) }
  assertNear(softmax(classLogits([score])), belief)
  assertNear(softmax(classLogits([score], 2)), softmax(belief.map((p) => Math.log(p) / 2)))
})

test('averages patterns and word lengths, each per token', () => {
  const short = { masks: 1, groups: [0], attainable: [1, 1], logProbabilities: [[-1, -3]] }
  const long = {
    masks: 2,
    groups: [1, 2],
    attainable: [0.5, 1],
    logProbabilities: [
      [Math.log(0.1), Math.log(0.2)],
      [Math.log(0.3), Math.log(0.4)],
    ],
  }
  const expected = [
    (-1 + Math.log(0.4 / 0.5) / 2) / 2 / 1.5,
    (-3 + Math.log(0.6 / 1) / 2) / 2 / 1.5,
  ]
  assertNear(classLogits([short, long], 1.5), expected)
})

test('gives each group its own scores over all patterns and counts who agrees', () => {
  const pass = (groups: number[], logProbabilities: number[][]) => ({
    masks: groups.length,
    groups,
    attainable: [1, 1],
    logProbabilities,
  })
  const scored = scoreText(
    [
      pass([1], [[-4, -2]]),
      pass(
        [0, 2],
        [
          [-1, -3],
          [-1, -2],
        ],
      ),
      pass([1], [[-2, -2]]),
      pass(
        [0, 2],
        [
          [-2, -3],
          [-5, -2],
        ],
      ),
    ],
    1,
  )
  assert.deepEqual(scored.groups, [
    [-1.5, -3],
    [-3, -2],
    [-3, -2],
  ])
  assert.equal(argmax(scored.logits), 1)
  assertNear([scored.agreement], [2 / 3])
  assertNear([agreement(scored.groups, 0)], [1 / 3])
})

test('permuting the groups changes nothing', () => {
  const permuted = withTask({ groups: [2, 0, 1].map((g) => inferenceTask.groups[g]!) })
  const [variant] = variants(permuted, tokenizer) as [Variant]
  const belief = [0.3, 0.45, 0.25]
  const logits = [ocnli, variant].map((v) =>
    classLogits([{ ...v, logProbabilities: trained(belief, v) }]),
  )
  assertNear(logits[0]!, logits[1]!)
})

test('a text that no word fits at all keeps finite order', () => {
  const logProbabilities = [
    [-2000, -1990],
    [-2001, -1995],
  ]
  const score = { masks: 2, groups: [0, 1], attainable: [0.5, 0.5], logProbabilities }
  const probabilities = softmax(classLogits([score]))
  assert.ok(probabilities.every(Number.isFinite))
  assert.equal(argmax(probabilities), 1)
})
