import type { NamedTensors } from '../../engine/executor.ts'
import { embeddingSize, type ModelConfig } from './config.ts'

/** Parameter shapes by the names that transformers gives them, in the order of the forward pass. */
export type ParameterShapes = ReadonlyMap<string, readonly number[]>
export type Weights = NamedTensors

/** The parts of a layer. Each has a weight and a bias. */
export interface LayerNames {
  readonly query: string
  readonly key: string
  readonly value: string
  readonly merge: string
  readonly attentionNorm: string
  readonly raise: string
  readonly lower: string
  readonly norm: string
}

/** Where a family keeps its parameters. */
export interface ParameterNames {
  /** What stands before every name of the encoder. */
  readonly prefix: string
  readonly words: string
  readonly positions: string
  readonly types: string
  readonly embeddingNorm: string
  /** The dense part from the width of the embeddings to that of the layers, where they differ. */
  readonly widen: string | undefined
  /** Layers of the same names have the same parameters. */
  readonly layer: (index: number) => LayerNames
  readonly headDense: string
  readonly headNorm: string
  readonly headBias: string
  /** The decoder of the head, which repeats the word embeddings and the bias in some files. */
  readonly decoder: string
}

export function namesOf({ family }: Pick<ModelConfig, 'family'>): ParameterNames {
  return family === 'albert' ? albertNames : bertNames
}

const embeddings = (prefix: string) => ({
  prefix: `${prefix}.`,
  words: `${prefix}.embeddings.word_embeddings.weight`,
  positions: `${prefix}.embeddings.position_embeddings.weight`,
  types: `${prefix}.embeddings.token_type_embeddings.weight`,
  embeddingNorm: `${prefix}.embeddings.LayerNorm`,
})

const bertNames: ParameterNames = {
  ...embeddings('bert'),
  widen: undefined,
  layer: (index) => {
    const layer = `bert.encoder.layer.${index}`
    return {
      query: `${layer}.attention.self.query`,
      key: `${layer}.attention.self.key`,
      value: `${layer}.attention.self.value`,
      merge: `${layer}.attention.output.dense`,
      attentionNorm: `${layer}.attention.output.LayerNorm`,
      raise: `${layer}.intermediate.dense`,
      lower: `${layer}.output.dense`,
      norm: `${layer}.output.LayerNorm`,
    }
  },
  headDense: 'cls.predictions.transform.dense',
  headNorm: 'cls.predictions.transform.LayerNorm',
  headBias: 'cls.predictions.bias',
  decoder: 'cls.predictions.decoder',
}

const albertLayer = 'albert.encoder.albert_layer_groups.0.albert_layers.0'
const albertNames: ParameterNames = {
  ...embeddings('albert'),
  widen: 'albert.encoder.embedding_hidden_mapping_in',
  layer: () => ({
    query: `${albertLayer}.attention.query`,
    key: `${albertLayer}.attention.key`,
    value: `${albertLayer}.attention.value`,
    merge: `${albertLayer}.attention.dense`,
    attentionNorm: `${albertLayer}.attention.LayerNorm`,
    raise: `${albertLayer}.ffn`,
    lower: `${albertLayer}.ffn_output`,
    norm: `${albertLayer}.full_layer_layer_norm`,
  }),
  headDense: 'predictions.dense',
  headNorm: 'predictions.LayerNorm',
  headBias: 'predictions.bias',
  decoder: 'predictions.decoder',
}

/** The parameters of the masked language model, with its decoder tied to the word embeddings. */
export function parameterShapes(config: ModelConfig): ParameterShapes {
  const { hiddenSize: h, intermediateSize: f, vocabSize, maxPositions, typeVocabSize } = config
  const e = embeddingSize(config)
  const names = namesOf(config)
  const shapes = new Map<string, readonly number[]>()
  const dense = (name: string, output: number, input: number) => {
    shapes.set(`${name}.weight`, [output, input])
    shapes.set(`${name}.bias`, [output])
  }
  const norm = (name: string, width: number) => {
    shapes.set(`${name}.weight`, [width])
    shapes.set(`${name}.bias`, [width])
  }
  shapes.set(names.words, [vocabSize, e])
  shapes.set(names.positions, [maxPositions, e])
  shapes.set(names.types, [typeVocabSize, e])
  norm(names.embeddingNorm, e)
  if (names.widen !== undefined) dense(names.widen, h, e)
  for (let i = 0; i < config.layers; i++) {
    const layer = names.layer(i)
    for (const part of [layer.query, layer.key, layer.value]) dense(part, h, h)
    dense(layer.merge, h, h)
    norm(layer.attentionNorm, h)
    dense(layer.raise, f, h)
    dense(layer.lower, h, f)
    norm(layer.norm, h)
  }
  dense(names.headDense, e, h)
  norm(names.headNorm, e)
  shapes.set(names.headBias, [vocabSize])
  return shapes
}

/** How many numbers a model learns; those that its layers share count once. */
export function parameterCount(config: ModelConfig): number {
  return [...parameterShapes(config).values()].reduce((sum, shape) => sum + sizeOf(shape), 0)
}

/** The same with shared parameters counted once for each layer that they serve. */
export function unsharedParameterCount(config: ModelConfig): number {
  const layer = new Set(Object.values(namesOf(config).layer(0)))
  const uses = config.family === 'albert' ? config.layers : 1
  return [...parameterShapes(config)].reduce((sum, [name, shape]) => {
    const isShared = layer.has(name.slice(0, name.lastIndexOf('.')))
    return sum + sizeOf(shape) * (isShared ? uses : 1)
  }, 0)
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1)
}
