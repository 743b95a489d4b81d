import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { RecipeSchema } from '../../core/job.ts'
import { parseTrained, trainedText, type Trained } from '../../core/step-options.ts'

test('what is trained has a short text that reads back', () => {
  const texts: [Trained, string][] = [
    ['all', 'all'],
    ['biases', 'biases'],
    [{ top: 2 }, 'top:2'],
    [{ lora: { rank: 8, alpha: 16, targets: 'query-value' } }, 'lora'],
    [{ lora: { rank: 4, alpha: 16, targets: 'query-value' } }, 'lora:4'],
    [{ lora: { rank: 8, alpha: 8, targets: 'query-value' } }, 'lora:8:8'],
    [{ lora: { rank: 8, alpha: 16, targets: 'dense' } }, 'lora:8:16:dense'],
  ]
  for (const [trained, text] of texts) {
    assert.equal(trainedText(trained), text)
    assert.deepEqual(parseTrained(text), trained)
  }
})

test('a text that says nothing of the kind is refused', () => {
  for (const text of [
    '',
    'none',
    'all:2',
    'top',
    'top:0',
    'top:1.5',
    'top:1:2',
    'lora:x',
    'lora:8:16:all',
    'lora:8:16:dense:1',
  ]) {
    assert.equal(parseTrained(text), null, text)
  }
})

test('a recipe from before there were step options still reads, and a partial one stays partial', () => {
  const old = {
    ...{ steps: 120, batch: 16, learningRate: 1e-4, warmup: 0.1, weightDecay: 0.01 },
    ...{ clip: 1, dropout: 0.1, maxTokens: 128 },
  }
  const options = {
    optimizer: 'adamw',
    accumulate: 1,
    recompute: 0,
    precision: 'float32',
    train: 'all',
    offload: false,
  }
  assert.deepEqual(v.parse(RecipeSchema, old), { ...old, ...options })
  assert.deepEqual(v.parse(v.partial(RecipeSchema), { steps: 5 }), { steps: 5 })
})
