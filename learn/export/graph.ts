import type { Task } from '../../core/task.ts'
import { floatData } from '../../engine/executor.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import type { Graph } from '../../engine/ir/graph.ts'
import type { Node } from '../../engine/ir/node.ts'
import { logProbabilitiesAtMasks, variantLogits } from '../fuzzy-pet/graph.ts'
import { encode, type EncoderInput, type ParameterNodes } from '../model/bert.ts'
import type { ModelConfig } from '../model/config.ts'
import { parameterShapes, type Weights } from '../model/parameters.ts'
import { textBudget, variants, type Variant } from '../prompt/variants.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { layOut, type Slot } from './column-layout.ts'
import { pairParts, singlePart, type TextPart, type TokenizedInput } from './text-part.ts'

export interface ExportInput {
  readonly config: ModelConfig
  readonly tokenizer: TextTokenizer
  readonly weights: Weights
  /** Must pass `checkTask` with `maxTokens`. */
  readonly task: Task
  readonly temperature: number
  /** The length that the model was trained with, pattern included. */
  readonly maxTokens: number
  /** `[C]`: taken off the logits; what rounding adds to them on average. */
  readonly shift?: readonly number[]
}

/**
 * The classifier as one graph, patterns and word groups inside (decisions.md, "The exported graph").
 *
 * Inputs `input_ids` and `attention_mask`, int64 [B, T], are what the base model's own tokenizer gives
 * for a text or a pair; the output `logits`, float32 [B, C], has the class probabilities as softmax.
 */
export function exportedGraph(input: ExportInput): Graph {
  const { config, tokenizer, task, temperature, maxTokens } = input
  const b = new GraphBuilder()
  const parameter = constantParameters(b, input)
  const all = variants(task, tokenizer)
  const tokenized = {
    ids: b.input('input_ids', 'int64', ['B', 'T']),
    attentionMask: b.input('attention_mask', 'int64', ['B', 'T']),
  }
  const parts = textParts(b, tokenized, input, textBudget(all, maxTokens))
  const width = Math.max(...all.map(({ pattern }) => pattern.constants))
  const masks = Math.max(...all.map((variant) => variant.masks))
  const filled = all.map((variant) => {
    return fillPattern(b, variant, width, tokenizer.specials.pad, tokenized, parts)
  })
  const states = encode(b, config, parameter, {
    ...stack(b, filled),
    select: (x) => b.gather(x, b.integers(lastColumns(masks)), 1),
  })
  const passes = b.reshape(states, [all.length, 'B', masks, config.hiddenSize])
  const logits = all.map((variant, k) => {
    const own = b.gather(passes, b.integers([k], []))
    const atMasks = b.gather(own, b.integers(lastColumns(variant.masks)), 1)
    const words = logProbabilitiesAtMasks(b, config, parameter, atMasks, variant.words)
    return variantLogits(b, words, variant)
  })
  const sum = logits.reduce((total, one) => b.add(total, one))
  const mean = b.mul(sum, 1 / (all.length * temperature))
  const { shift = [] } = input
  return {
    outputs: {
      logits: shift.length === 0 ? mean : b.sub(mean, b.constant('float32', [shift.length], shift)),
    },
  }
}

/** `model_max_length` of the shipped tokenizer: no token beyond it can be of use. */
export function modelMaxLength(task: Task, tokenizer: TextTokenizer, maxTokens: number): number {
  const budget = textBudget(variants(task, tokenizer), maxTokens)
  return task.kind === 'pair' ? 2 * budget + 3 : budget + 2
}

interface Parts {
  readonly a: TextPart
  readonly b?: TextPart
}

function textParts(
  b: GraphBuilder,
  tokenized: TokenizedInput,
  { task, tokenizer }: ExportInput,
  budget: number,
): Parts {
  const { specials } = tokenizer
  return task.kind === 'pair'
    ? pairParts(b, tokenized, specials, budget)
    : { a: singlePart(b, tokenized, specials, budget) }
}

type FilledInput = Omit<EncoderInput, 'select' | 'dropout'>

/** One variant's input: ids, mask and positions, each [B, T + width]. */
function fillPattern(
  b: GraphBuilder,
  { pattern }: Variant,
  width: number,
  padId: number,
  { ids }: TokenizedInput,
  parts: Parts,
): FilledInput {
  const layout = layOut(pattern, width, padId)
  const row = (values: readonly number[]) => b.integers(values, [1, width])
  const noRow = b.mul(parts.a.length, 0)
  const textPositions = (own: TextPart, slot: Slot, other: TextPart | undefined) => {
    const offset = slot.afterOther
      ? b.add(other!.length, slot.rank)
      : b.integers([slot.rank], [1, 1])
    return b.mul(own.kept, b.add(own.index, offset))
  }
  let kept = parts.a.kept
  let positions = textPositions(parts.a, layout.a, parts.b)
  let columns = b.add(b.mul(parts.a.length, row(layout.afterA)), row(layout.rank))
  if (parts.b !== undefined) {
    kept = b.add(kept, parts.b.kept)
    positions = b.add(positions, textPositions(parts.b, layout.b!, parts.a))
    columns = b.add(columns, b.mul(parts.b.length, row(layout.afterB)))
  }
  const mask = b.concat([kept, b.add(noRow, row(layout.used))], 1)
  return {
    ids: b.concat([ids, b.add(noRow, row(layout.ids))], 1),
    mask: b.cast(mask, 'float32'),
    positions: b.concat([positions, columns], 1),
  }
}

/** All variants in one batch, one after the other. */
function stack(b: GraphBuilder, filled: readonly FilledInput[]): FilledInput {
  const join = (pick: (input: FilledInput) => Node) => b.concat(filled.map(pick), 0)
  return {
    ids: join(({ ids }) => ids),
    mask: join(({ mask }) => mask),
    positions: join(({ positions }) => positions),
  }
}

/** The last `count` places of an axis whose length is not known. */
function lastColumns(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i - count)
}

function constantParameters(
  b: GraphBuilder,
  { config, weights }: Pick<ExportInput, 'config' | 'weights'>,
): ParameterNodes {
  const shapes = parameterShapes(config)
  return (name) => b.constant('float32', shapes.get(name)!, floatData(weights.get(name)), name)
}
