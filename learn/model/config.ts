import * as v from 'valibot'
import { fail } from '../../core/errors.ts'
import { checked } from '../checked.ts'

/** The activations that checkpoints of both families use, by their names in `config.json`. */
export const activations = ['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'] as const
export type Activation = (typeof activations)[number]

/** What decides the graph of both families. */
interface EncoderConfig {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly heads: number
  readonly intermediateSize: number
  readonly maxPositions: number
  readonly typeVocabSize: number
  readonly layerNormEpsilon: number
  readonly activation: Activation
}

/** BERT (Devlin et al. 2019), and RoBERTa-wwm, which has the same graph and names. */
export interface BertConfig extends EncoderConfig {
  readonly family: 'bert'
}

/** A BERT that is made anew has all else as the first one had it. */
export function freshBert(
  size: Omit<BertConfig, 'family' | 'typeVocabSize' | 'layerNormEpsilon' | 'activation'>,
): BertConfig {
  return { ...size, family: 'bert', typeVocabSize: 2, layerNormEpsilon: 1e-12, activation: 'gelu' }
}

/** ALBERT (Lan et al. 2019): one layer's parameters for all layers, and narrow embeddings. */
export interface AlbertConfig extends EncoderConfig {
  readonly family: 'albert'
  readonly embeddingSize: number
}

export type ModelConfig = BertConfig | AlbertConfig
export type Family = ModelConfig['family']

/** The width of the embeddings, and of the masked-LM head before its decoder, which is tied to them. */
export function embeddingSize(config: ModelConfig): number {
  return config.family === 'albert' ? config.embeddingSize : config.hiddenSize
}

const Count = v.pipe(v.number(), v.integer(), v.minValue(1))

/** The fields of a `config.json` that decide the graph; what they must be stands in `supported`. */
const EncoderSchema = v.object({
  vocab_size: Count,
  hidden_size: Count,
  num_hidden_layers: Count,
  num_attention_heads: Count,
  intermediate_size: Count,
  max_position_embeddings: Count,
  type_vocab_size: v.optional(Count, 2),
  layer_norm_eps: v.optional(v.pipe(v.number(), v.gtValue(0)), 1e-12),
  hidden_act: v.optional(v.picklist(activations)),
})
const AlbertSchema = v.object({ embedding_size: v.optional(Count, 128) })

/** What transformers takes where `hidden_act` is missing. */
const usualActivation: Readonly<Record<Family, Activation>> = { bert: 'gelu', albert: 'gelu_new' }

/** Fields whose other values mean another graph. One that is missing has the first value. */
const supported: Readonly<Record<string, readonly unknown[]>> = {
  hidden_act: [undefined, ...activations],
  position_embedding_type: ['absolute'],
  is_decoder: [false],
  num_hidden_groups: [1],
  inner_group_num: [1],
}

/**
 * Reads the parsed `config.json` of a model folder; `where` is its path, for the error. Errors:
 * `model.unsupported` for a model that this program cannot build, `model.damaged` for what is none.
 */
export function parseConfig(json: unknown, where: string): ModelConfig {
  const fields = checked(v.looseObject({ model_type: v.string() }), json, where)
  const { model_type: family } = fields
  if (family !== 'bert' && family !== 'albert') {
    return unsupported(where, 'model_type', ['bert', 'albert'], family)
  }
  for (const [field, values] of Object.entries(supported)) {
    const value = fields[field] ?? values[0]
    if (!values.includes(value)) unsupported(where, field, values, value)
  }
  const c = checked(EncoderSchema, json, where)
  if (c.hidden_size % c.num_attention_heads !== 0) {
    fail('model.damaged', {
      path: where,
      expected: `hidden_size divisible by the ${c.num_attention_heads} heads`,
      got: String(c.hidden_size),
    })
  }
  const encoder = {
    vocabSize: c.vocab_size,
    hiddenSize: c.hidden_size,
    layers: c.num_hidden_layers,
    heads: c.num_attention_heads,
    intermediateSize: c.intermediate_size,
    maxPositions: c.max_position_embeddings,
    typeVocabSize: c.type_vocab_size,
    layerNormEpsilon: c.layer_norm_eps,
    activation: c.hidden_act ?? usualActivation[family],
  }
  if (family === 'bert') return { family, ...encoder }
  return { family, ...encoder, embeddingSize: checked(AlbertSchema, json, where).embedding_size }
}

/** The `config.json` that transformers reads as `BertForMaskedLM` or `AlbertForMaskedLM`. */
export function configJson(config: ModelConfig, padTokenId: number): Record<string, unknown> {
  return {
    architectures: [`${classPrefix[config.family]}ForMaskedLM`],
    model_type: config.family,
    vocab_size: config.vocabSize,
    ...(config.family === 'albert' && {
      embedding_size: config.embeddingSize,
      num_hidden_groups: 1,
      inner_group_num: 1,
    }),
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.typeVocabSize,
    layer_norm_eps: config.layerNormEpsilon,
    hidden_act: config.activation,
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
    initializer_range: 0.02,
    pad_token_id: padTokenId,
    position_embedding_type: 'absolute',
    tie_word_embeddings: true,
  }
}

/** How the classes of transformers begin. */
export const classPrefix: Readonly<Record<Family, string>> = { bert: 'Bert', albert: 'Albert' }

function unsupported(
  path: string,
  field: string,
  values: readonly unknown[],
  value: unknown,
): never {
  const expected = values.filter((one) => one !== undefined).join(', ')
  fail('model.unsupported', { path, field, expected, got: JSON.stringify(value) })
}
