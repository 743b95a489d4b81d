import type { NamedTensors } from '../../engine/executor.ts'
import type { BertConfig } from './config.ts'

/** Parameter shapes by the names that transformers gives them, in the order of the forward pass. */
export type ParameterShapes = ReadonlyMap<string, readonly number[]>
export type Weights = NamedTensors

export const names = {
  words: 'bert.embeddings.word_embeddings.weight',
  positions: 'bert.embeddings.position_embeddings.weight',
  types: 'bert.embeddings.token_type_embeddings.weight',
  embeddingNorm: 'bert.embeddings.LayerNorm',
  layer: (index: number, part: string) => `bert.encoder.layer.${index}.${part}`,
  headDense: 'cls.predictions.transform.dense',
  headNorm: 'cls.predictions.transform.LayerNorm',
  headBias: 'cls.predictions.bias',
}

/** The parameters of `BertForMaskedLM` with its decoder tied to the word embeddings. */
export function parameterShapes(config: BertConfig): ParameterShapes {
  const { hiddenSize: h, intermediateSize: f, vocabSize, maxPositions, typeVocabSize } = config
  const shapes = new Map<string, readonly number[]>()
  const dense = (name: string, output: number, input: number) => {
    shapes.set(`${name}.weight`, [output, input])
    shapes.set(`${name}.bias`, [output])
  }
  const norm = (name: string) => {
    shapes.set(`${name}.weight`, [h])
    shapes.set(`${name}.bias`, [h])
  }
  shapes.set(names.words, [vocabSize, h])
  shapes.set(names.positions, [maxPositions, h])
  shapes.set(names.types, [typeVocabSize, h])
  norm(names.embeddingNorm)
  for (let i = 0; i < config.layers; i++) {
    for (const part of ['query', 'key', 'value'])
      dense(names.layer(i, `attention.self.${part}`), h, h)
    dense(names.layer(i, 'attention.output.dense'), h, h)
    norm(names.layer(i, 'attention.output.LayerNorm'))
    dense(names.layer(i, 'intermediate.dense'), f, h)
    dense(names.layer(i, 'output.dense'), h, f)
    norm(names.layer(i, 'output.LayerNorm'))
  }
  dense(names.headDense, h, h)
  norm(names.headNorm)
  shapes.set(names.headBias, [vocabSize])
  return shapes
}

export function parameterCount(config: BertConfig): number {
  const sizes = [...parameterShapes(config).values()].map((shape) =>
    shape.reduce((p, d) => p * d, 1),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
