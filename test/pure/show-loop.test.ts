import assert from 'node:assert/strict'
import { test } from 'node:test'
import { showAnswers } from '../../main/show-loop.ts'

/** How answers with these probabilities are shown, a line each. */
function shown(...answers: readonly (readonly number[])[]): string[] {
  const predictions = answers.map((probabilities) => ({
    label: '满意',
    score: Math.max(...probabilities),
    logits: probabilities.map(Math.log),
  }))
  const texts = answers.map((_, i) => `text ${i}`)
  return showAnswers(predictions, texts).split('\n')
}

test('an answer is unsure where two classes are close, whichever is ahead', () => {
  const [, ...lines] = shown([0.54, 0.46], [0.405, 0.595], [0.605, 0.395], [0.04, 0.96])
  assert.deepEqual(lines.slice(0, 4), [
    '满意       54.0%  unsure  text 0',
    '满意       59.5%  unsure  text 1',
    '满意       60.5%          text 2',
    '满意       96.0%          text 3',
  ])
})

test('half of the probability is much among many classes', () => {
  const [, half, close] = shown([0.1, 0.5, 0.2, 0.2], [0.45, 0.1, 0.4, 0.05])
  assert.doesNotMatch(half!, /unsure/)
  assert.match(close!, /unsure/)
})

test('what unsure means is said where an answer is', () => {
  const says = (...answers: readonly (readonly number[])[]) =>
    shown(...answers).some((line) => line.startsWith('Unsure:'))
  assert.deepEqual([says([0.9, 0.1], [0.55, 0.45]), says([0.9, 0.1])], [true, false])
})
