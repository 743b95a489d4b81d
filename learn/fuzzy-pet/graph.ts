import type { GraphBuilder } from '../../engine/ir/builder.ts'
import { logSumExp } from '../../engine/ir/compose.ts'
import { knownShape, type Dim, type Node } from '../../engine/ir/node.ts'
import { encode, transformHead, vocabularyLogits, type ParameterNodes } from '../model/bert.ts'
import type { ModelConfig } from '../model/config.ts'
import { namesOf } from '../model/parameters.ts'
import type { Variant } from '../prompt/variants.ts'

/** The length of a batch's sequences and how many there are; training knows both before it compiles. */
export interface BatchSize<D extends Dim = number> {
  readonly batch: D
  readonly tokens: D
}

/** Of a program that takes batches of any size. */
export const anySize: BatchSize<Dim> = { batch: 'B', tokens: 'T' }

/**
 * Log probabilities of the label words, [B, G, C]: one forward pass with m masks serves all groups of
 * a variant. p(w|x) is the product over the masks of the full-vocabulary softmax (methods.md 1.5);
 * only its normaliser is computed over the vocabulary, the words' logits are computed by themselves.
 */
export function wordLogProbabilities(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  variant: Variant,
  size: BatchSize<Dim>,
  training: Training = {},
): Node {
  const states = statesAtMasks(b, config, parameter, variant.masks, size, training)
  return logProbabilitiesAtMasks(b, config, parameter, states, variant.words)
}

/**
 * Log probabilities of the whole vocabulary at the masks, [B, m, V]: one program for all patterns and
 * words, for questions whose words change while they are typed.
 */
export function vocabularyLogProbabilities(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  masks: number,
  size: BatchSize<Dim>,
): Node {
  const states = statesAtMasks(b, config, parameter, masks, size)
  const logits = vocabularyLogits(b, config, parameter, transformHead(b, config, parameter, states))
  return b.sub(logits, logSumExp(b, logits))
}

/** What a pass has in training alone. */
export interface Training {
  readonly dropout?: { readonly rate: number; readonly seed: Node }
  /** The first layer that is trained: all below it is computed without dropout. */
  readonly firstLayer?: number
  /** Reads what goes into that layer from the input `states`, [B, T, H], instead of computing it. */
  readonly isCached?: boolean
}

/**
 * What goes into a layer, [B, T, H], without dropout: where nothing below the layer is trained, it
 * depends on the text and its pattern alone. The inputs are those of `patternFeeds`.
 */
export function statesBelow(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  layer: number,
  size: BatchSize<Dim>,
): Node {
  let found: Node | undefined
  encode(b, config, parameter, {
    ...textInputs(b, size),
    select: (states) => states,
    into: (at, states) => {
      if (at === layer) found = states
      return states
    },
  })
  return found!
}

/** The encoder's states at the masks, [B, m, H]; the inputs are those of `patternFeeds`. */
function statesAtMasks(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  masks: number,
  { batch, tokens }: BatchSize<Dim>,
  { dropout, firstLayer, isCached }: Training = {},
): Node {
  const selection = b.input('selection', 'float32', [batch, masks, tokens])
  const below = () =>
    isCached
      ? b.input('states', 'float32', [batch, tokens, config.hiddenSize])
      : statesBelow(b, config, parameter, firstLayer!, { batch, tokens })
  return encode(b, config, parameter, {
    ...textInputs(b, { batch, tokens }),
    select: (x) => b.matMul(selection, x),
    into: (layer, states) => (layer === firstLayer ? below() : states),
    ...(dropout && dropout.rate > 0 && { dropout }),
  })
}

function textInputs(b: GraphBuilder, { batch, tokens }: BatchSize<Dim>) {
  return {
    ids: b.input('ids', 'int64', [batch, tokens]),
    mask: b.input('mask', 'float32', [batch, tokens]),
    positions: b.input('positions', 'int64', [tokens]),
  }
}

/** Encoder states of the masks, [B, m, H] -> log probabilities of the words, [B, G, C]. */
export function logProbabilitiesAtMasks(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  states: Node,
  words: Variant['words'],
): Node {
  const head = transformHead(b, config, parameter, states)
  const normaliser = logSumExp(b, vocabularyLogits(b, config, parameter, head))
  const perWord = wordLogits(b, config, parameter, head, words)
  const perMask = b.sub(perWord, b.transpose(normaliser, [1, 0, 2]))
  const [batch, groups, classes] = [states.shape[0]!, words.length, words[0]!.length]
  return b.reshape(b.reduceSum(perMask, [0]), [batch, groups, classes])
}

/**
 * The loss of training variant A with rejections: the mean over groups and masks of the cross entropy
 * against the full vocabulary, plus -log(1 - q) for classes that were ruled out (decision 18).
 *
 * logProbabilities: [B, G, C]. Inputs `target` and `reject`, [B, C], carry the weights of the texts.
 */
export function fuzzyPetLoss(
  b: GraphBuilder,
  logProbabilities: Node,
  variant: Variant,
  withRejections: boolean,
): Node {
  const [batch, , classes] = knownShape(logProbabilities.shape)
  const shape = [batch!, classes!]
  const perClass = b.mul(b.reduceMean(logProbabilities, [1]), 1 / variant.masks)
  const wanted = b.mul(perClass, b.input('target', 'float32', shape))
  const loss = b.neg(b.reduceSum(wanted, [0, 1]))
  if (!withRejections) return loss
  const probability = b.softmax(variantLogits(b, logProbabilities, variant))
  const kept = b.log(b.add(b.sub(1, probability), 1e-6))
  const ruledOut = b.mul(kept, b.input('reject', 'float32', shape))
  return b.sub(loss, b.reduceSum(ruledOut, [0, 1]))
}

/** Class logits of one variant with correction R1: [B, G, C] -> [B, C]. */
export function variantLogits(b: GraphBuilder, logProbabilities: Node, variant: Variant): Node {
  const shape = [logProbabilities.shape[0]!, logProbabilities.shape[2]!]
  const summed = logSumExp(b, b.transpose(logProbabilities, [0, 2, 1]))
  const maximum = b.constant('float32', [shape[1] as number], variant.attainable.map(Math.log))
  return b.mul(b.sub(b.reshape(summed, shape), maximum), 1 / variant.masks)
}

/** head [B, m, E] -> [m, B, G * C]: at each mask the logits of the words' tokens there. */
function wordLogits(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  head: Node,
  words: Variant['words'],
): Node {
  const masks = head.shape[1] as number
  const flat = words.flat()
  const ids = Array.from({ length: masks }, (_, j) => flat.map((word) => word[j]!)).flat()
  const indices = b.integers(ids, [masks, flat.length])
  const names = namesOf(config)
  const rows = b.gather(parameter(names.words), indices)
  const bias = b.gather(parameter(names.headBias), indices)
  const logits = b.matMul(b.transpose(head, [1, 0, 2]), b.transpose(rows, [0, 2, 1]))
  return b.add(logits, b.reshape(bias, [masks, 1, flat.length]))
}
