import type { GraphBuilder } from '../../engine/ir/builder.ts'
import { dropout, gelu, geluTanh, layerNorm, linear } from '../../engine/ir/compose.ts'
import type { Dim, Node } from '../../engine/ir/node.ts'
import type { Activation, ModelConfig } from './config.ts'
import { namesOf, type LayerNames } from './parameters.ts'

/** Gives the node of a parameter by its name: an input when training, a constant in an export. */
export type ParameterNodes = (name: string) => Node

export interface EncoderInput {
  /** [B, T] int64 */
  readonly ids: Node
  /** [B, T] float32, 1 for tokens and 0 for padding */
  readonly mask: Node
  /** [T] or [B, T] int64; the position of each token */
  readonly positions: Node
  /**
   * Picks the states that are needed, [B, T, H] -> [B, M, H]. The last layer computes only these:
   * its keys and values see every token, its queries, feed-forward part and norms do not.
   */
  readonly select: (states: Node) => Node
  /** Sees what goes into each layer, [B, T, H], and may put other states in its place. */
  readonly into?: (layer: number, states: Node) => Node
  /** Absent outside training. `seed`: float scalar, a new integer each step. */
  readonly dropout?: { readonly rate: number; readonly seed: Node }
}

/** The encoder of BERT and ALBERT: the selected states of its last layer, [B, M, H]. */
export function encode(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  input: EncoderInput,
): Node {
  const names = namesOf(config)
  const parts = partsOf(b, config, parameter, input)
  const [batch, tokens] = input.mask.shape as readonly [Dim, Dim]
  const hidden = b.mul(b.sub(b.reshape(input.mask, [batch, 1, 1, tokens]), 1), maskedScore)

  const words = b.gather(parameter(names.words), input.ids)
  const places = b.gather(parameter(names.positions), input.positions)
  const type = b.gather(parameter(names.types), b.integers([0]))
  const embedded = parts.norm(b.add(words, b.add(places, type)), names.embeddingNorm)
  let x = parts.drop(embedded)
  if (names.widen !== undefined) x = parts.dense(x, names.widen)

  for (let i = 0; i < config.layers; i++) {
    x = b.boundary(input.into?.(i, x) ?? x)
    const wanted = i === config.layers - 1 ? input.select(x) : x
    x = encoderLayer(b, config, parts, names.layer(i), { x, wanted, hidden })
  }
  return x
}

/** What a layer is made of, over the parameters of one model. */
interface Parts {
  readonly dense: (x: Node, name: string) => Node
  readonly norm: (x: Node, name: string) => Node
  /** Each call draws other elements. */
  readonly drop: (x: Node) => Node
}

function partsOf(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  { dropout: dropping }: Pick<EncoderInput, 'dropout'>,
): Parts {
  let site = 0
  return {
    dense: (x, name) => linear(b, x, parameter(`${name}.weight`), parameter(`${name}.bias`)),
    norm: (x, name) => {
      const [scale, bias] = [parameter(`${name}.weight`), parameter(`${name}.bias`)]
      return layerNorm(b, x, scale, bias, config.layerNormEpsilon)
    },
    drop: (x) => (dropping ? dropout(b, x, dropping.rate, dropping.seed, site++) : x),
  }
}

interface LayerInput {
  /** [B, T, H] */
  readonly x: Node
  /** [B, M, H]: the places of x that the layer computes */
  readonly wanted: Node
  /** [B, 1, 1, T]: added to the scores; far below 0 at padding */
  readonly hidden: Node
}

/** Attention and feed-forward part, each with its norm after it: [B, M, H]. */
function encoderLayer(
  b: GraphBuilder,
  config: ModelConfig,
  { dense, norm, drop }: Parts,
  names: LayerNames,
  { x, wanted, hidden }: LayerInput,
): Node {
  const query = heads(b, config, dense(wanted, names.query))
  const key = heads(b, config, dense(x, names.key))
  const value = heads(b, config, dense(x, names.value))
  const scale = 1 / Math.sqrt(config.hiddenSize / config.heads)
  const scores = b.mul(b.matMul(query, b.transpose(key, [0, 1, 3, 2])), scale)
  const context = b.matMul(b.softmax(b.add(scores, hidden)), value)
  const merged = b.reshape(b.transpose(context, [0, 2, 1, 3]), wanted.shape)
  const attended = drop(dense(merged, names.merge))
  const middle = norm(b.add(attended, wanted), names.attentionNorm)
  const raised = activate(b, config.activation, dense(middle, names.raise))
  const lowered = drop(dense(raised, names.lower))
  return norm(b.add(lowered, middle), names.norm)
}

/** The masked-LM head up to the decoder: states [..., H] -> [..., E], E the embeddings' width. */
export function transformHead(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  states: Node,
): Node {
  const { headDense, headNorm } = namesOf(config)
  const { dense, norm } = partsOf(b, config, parameter, {})
  return norm(activate(b, config.activation, dense(states, headDense)), headNorm)
}

/** Logits over the whole vocabulary by the tied decoder: [..., E] -> [..., V]. */
export function vocabularyLogits(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  head: Node,
): Node {
  const { words, headBias } = namesOf(config)
  return linear(b, head, parameter(words), parameter(headBias))
}

/** Added to the score of a padded key; far below any real score, and safe in float16. */
const maskedScore = 10_000

function activate(b: GraphBuilder, activation: Activation, x: Node): Node {
  switch (activation) {
    case 'gelu':
      return gelu(b, x)
    case 'gelu_new':
    case 'gelu_pytorch_tanh':
      return geluTanh(b, x)
    case 'relu':
      return b.max(x, 0)
  }
}

/** [B, T, H] -> [B, heads, T, H / heads] */
function heads(b: GraphBuilder, config: ModelConfig, x: Node): Node {
  const [batch, tokens] = x.shape as readonly [Dim, Dim]
  const width = config.hiddenSize / config.heads
  return b.transpose(b.reshape(x, [batch, tokens, config.heads, width]), [0, 2, 1, 3])
}
