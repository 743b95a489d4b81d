import * as v from 'valibot'
import { fail } from '../../core/errors.ts'

const Count = v.pipe(v.number(), v.integer(), v.minValue(1))

/** The fields of a BERT `config.json` that decide the graph; others are carried along. */
const ConfigSchema = v.looseObject({
  model_type: v.literal('bert'),
  vocab_size: Count,
  hidden_size: Count,
  num_hidden_layers: Count,
  num_attention_heads: Count,
  intermediate_size: Count,
  max_position_embeddings: Count,
  type_vocab_size: Count,
  layer_norm_eps: v.pipe(v.number(), v.gtValue(0)),
  hidden_act: v.literal('gelu'),
})

export interface BertConfig {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly heads: number
  readonly intermediateSize: number
  readonly maxPositions: number
  readonly typeVocabSize: number
  readonly layerNormEpsilon: number
}

/** Reads the parsed `config.json` of a model folder; `where` is its path, for the error. */
export function parseConfig(json: unknown, where: string): BertConfig {
  const parsed = v.safeParse(ConfigSchema, json)
  if (!parsed.success) {
    const issue = parsed.issues[0]
    const path = issue.path?.map((item) => String(item.key)).join('.') ?? 'config'
    fail('model.damaged', {
      path: where,
      expected: `${path}: ${issue.expected ?? 'a BERT configuration'}`,
      got: issue.received,
    })
  }
  const c = parsed.output
  if (c.hidden_size % c.num_attention_heads !== 0) {
    fail('model.damaged', {
      path: where,
      expected: `hidden_size divisible by the ${c.num_attention_heads} heads`,
      got: String(c.hidden_size),
    })
  }
  return {
    vocabSize: c.vocab_size,
    hiddenSize: c.hidden_size,
    layers: c.num_hidden_layers,
    heads: c.num_attention_heads,
    intermediateSize: c.intermediate_size,
    maxPositions: c.max_position_embeddings,
    typeVocabSize: c.type_vocab_size,
    layerNormEpsilon: c.layer_norm_eps,
  }
}

/** The `config.json` that transformers reads as `BertForMaskedLM`. */
export function configJson(config: BertConfig, padTokenId: number): Record<string, unknown> {
  return {
    architectures: ['BertForMaskedLM'],
    model_type: 'bert',
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.typeVocabSize,
    layer_norm_eps: config.layerNormEpsilon,
    hidden_act: 'gelu',
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
    initializer_range: 0.02,
    pad_token_id: padTokenId,
    position_embedding_type: 'absolute',
    tie_word_embeddings: true,
  }
}
