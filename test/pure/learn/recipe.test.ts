import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Recipe } from '../../../core/job.ts'
import type { BertConfig } from '../../../learn/model/config.ts'
import { recipeFor } from '../../../learn/recipe.ts'

const config: BertConfig = {
  ...{ family: 'bert', activation: 'gelu' },
  ...{ vocabSize: 7000, hiddenSize: 256, layers: 4, heads: 4, intermediateSize: 1024 },
  ...{ maxPositions: 256, typeVocabSize: 2, layerNormEpsilon: 1e-12 },
}
const rateOf = (chosen: Partial<Recipe>) => recipeFor(config, 32, chosen).learningRate

test('what moves slowly has ten times the rate, unless a rate is chosen', () => {
  const lora = { rank: 8, alpha: 16, targets: 'query-value' } as const
  const slow: Partial<Recipe>[] = [{ optimizer: 'lamb' }, { train: 'biases' }, { train: { lora } }]
  assert.deepEqual(slow.map(rateOf), [3e-3, 3e-3, 3e-3])
  assert.deepEqual([{}, { train: { top: 1 } }, { accumulate: 4 }].map(rateOf), [3e-4, 3e-4, 3e-4])
  assert.equal(rateOf({ optimizer: 'lamb', learningRate: 1e-3 }), 1e-3)
})
