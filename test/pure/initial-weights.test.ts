import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stream } from '../../core/random.ts'
import { floatData } from '../../engine/executor.ts'
import type { BertConfig } from '../../learn/model/config.ts'
import { initialWeights } from '../../learn/model/initial-weights.ts'
import { namesOf, parameterShapes } from '../../learn/model/parameters.ts'

const names = namesOf({ family: 'bert' })
const config: BertConfig = {
  family: 'bert',
  vocabSize: 50,
  hiddenSize: 128,
  layers: 2,
  heads: 4,
  intermediateSize: 128,
  maxPositions: 48,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  activation: 'gelu',
}

/** Scores of a head of layer 0 at one place, for a text of random words: q . k / sqrt(width). */
function scores(head: number, place: number): number[] {
  const weights = initialWeights(config, new Stream(1, 'init'))
  const of = (name: string) => floatData(weights.get(name))
  const { hiddenSize: h, maxPositions } = config
  const words = new Stream(2, 'words')
  const states = Array.from({ length: maxPositions }, (_, at) => {
    const word = words.below(config.vocabSize)
    const sum = Array.from(
      { length: h },
      (_, i) => of(names.words)[word * h + i]! + of(names.positions)[at * h + i]!,
    )
    const mean = sum.reduce((a, b) => a + b) / h
    const deviation = Math.sqrt(sum.reduce((a, b) => a + (b - mean) ** 2, 0) / h)
    return sum.map((value) => (value - mean) / deviation)
  })
  const width = h / config.heads
  const project = (name: string, state: number[]) =>
    Array.from({ length: width }, (_, row) =>
      state.reduce((sum, value, i) => sum + value * of(name)[(head * width + row) * h + i]!, 0),
    )
  const query = project(`${names.layer(0).query}.weight`, states[place]!)
  return states.map((state) => {
    const key = project(`${names.layer(0).key}.weight`, state)
    return query.reduce((sum, value, i) => sum + value * key[i]!, 0) / Math.sqrt(width)
  })
}

test('two fresh heads look at the place before and the place after', () => {
  for (const [head, offset] of [-1, 1].entries()) {
    for (const place of [5, 20, 40]) {
      const row = scores(head, place)
      assert.equal(row.indexOf(Math.max(...row)), place + offset)
      const others = row.filter((_, at) => at !== place + offset)
      assert.ok(Math.max(...others) < row[place + offset]! - 2)
    }
  }
})

test('every parameter has its shape, and the same seed gives the same weights', () => {
  const weights = initialWeights(config, new Stream(1, 'init'))
  for (const [name, shape] of parameterShapes(config)) {
    assert.deepEqual(weights.get(name)!.shape, shape)
  }
  assert.deepEqual(initialWeights(config, new Stream(1, 'init')), weights)
  assert.notDeepEqual(initialWeights(config, new Stream(2, 'init')), weights)
})
