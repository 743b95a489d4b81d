import type { GraphBuilder } from '../../engine/ir/builder.ts'
import { dropout, gelu, layerNorm, linear } from '../../engine/ir/compose.ts'
import type { Dim, Node } from '../../engine/ir/node.ts'
import type { BertConfig } from './config.ts'
import { names } from './parameters.ts'

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
  /** Absent outside training. `seed`: float scalar, a new integer each step. */
  readonly dropout?: { readonly rate: number; readonly seed: Node }
}

/** The encoder of BERT (Devlin et al. 2019): the selected states of its last layer, [B, M, H]. */
export function encode(
  b: GraphBuilder,
  config: BertConfig,
  parameter: ParameterNodes,
  input: EncoderInput,
): Node {
  let site = 0
  const drop = (x: Node) =>
    input.dropout ? dropout(b, x, input.dropout.rate, input.dropout.seed, site++) : x
  const norm = (x: Node, name: string) =>
    layerNorm(b, x, parameter(`${name}.weight`), parameter(`${name}.bias`), config.layerNormEpsilon)
  const dense = (x: Node, name: string) =>
    linear(b, x, parameter(`${name}.weight`), parameter(`${name}.bias`))

  const [batch, tokens] = input.mask.shape as readonly [Dim, Dim]
  const hidden = b.mul(b.sub(b.reshape(input.mask, [batch, 1, 1, tokens]), 1), maskedScore)

  const words = b.gather(parameter(names.words), input.ids)
  const places = b.gather(parameter(names.positions), input.positions)
  const type = b.gather(parameter(names.types), b.integers([0]))
  let x = drop(norm(b.add(words, b.add(places, type)), names.embeddingNorm))

  for (let i = 0; i < config.layers; i++) {
    x = b.boundary(x)
    const at = (part: string) => names.layer(i, part)
    const wanted = i === config.layers - 1 ? input.select(x) : x
    const query = heads(b, config, dense(wanted, at('attention.self.query')))
    const key = heads(b, config, dense(x, at('attention.self.key')))
    const value = heads(b, config, dense(x, at('attention.self.value')))
    const scale = 1 / Math.sqrt(config.hiddenSize / config.heads)
    const scores = b.mul(b.matMul(query, b.transpose(key, [0, 1, 3, 2])), scale)
    const context = b.matMul(b.softmax(b.add(scores, hidden)), value)
    const merged = b.reshape(b.transpose(context, [0, 2, 1, 3]), wanted.shape)
    const attended = drop(dense(merged, at('attention.output.dense')))
    const middle = norm(b.add(attended, wanted), at('attention.output.LayerNorm'))
    const raised = gelu(b, dense(middle, at('intermediate.dense')))
    const lowered = drop(dense(raised, at('output.dense')))
    x = norm(b.add(lowered, middle), at('output.LayerNorm'))
  }
  return x
}

/** The masked-LM head up to the decoder: states [..., H] -> [..., H]. */
export function transformHead(
  b: GraphBuilder,
  config: BertConfig,
  parameter: ParameterNodes,
  states: Node,
): Node {
  const { headDense, headNorm } = names
  const dense = linear(b, states, parameter(`${headDense}.weight`), parameter(`${headDense}.bias`))
  const [scale, bias] = [parameter(`${headNorm}.weight`), parameter(`${headNorm}.bias`)]
  return layerNorm(b, gelu(b, dense), scale, bias, config.layerNormEpsilon)
}

/** Logits over the whole vocabulary by the tied decoder: [..., H] -> [..., V]. */
export function vocabularyLogits(b: GraphBuilder, parameter: ParameterNodes, head: Node): Node {
  return linear(b, head, parameter(names.words), parameter(names.headBias))
}

/** Added to the score of a padded key; far below any real score, and safe in float16. */
const maskedScore = 10_000

/** [B, T, H] -> [B, heads, T, H / heads] */
function heads(b: GraphBuilder, config: BertConfig, x: Node): Node {
  const [batch, tokens] = x.shape as readonly [Dim, Dim]
  const width = config.hiddenSize / config.heads
  return b.transpose(b.reshape(x, [batch, tokens, config.heads, width]), [0, 2, 1, 3])
}
