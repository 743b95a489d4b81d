import type { GraphBuilder } from '../../engine/ir/builder.ts'
import type { Node } from '../../engine/ir/node.ts'
import type { Specials } from '../text/tokenizer.ts'

/** One text inside the tokenizer's output, after truncation. All nodes are int64. */
export interface TextPart {
  /** [B, T]: 1 for its tokens that are kept. */
  readonly kept: Node
  /** [B, T]: the running number of each of its tokens, from 0; of no meaning elsewhere. */
  readonly index: Node
  /** [B, 1]: how many are kept. */
  readonly length: Node
}

export interface TokenizedInput {
  /** [B, T] int64: `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`, padded on either side. */
  readonly ids: Node
  /** [B, T] int64: 0 for padding. */
  readonly attentionMask: Node
}

/**
 * Finds the text in what a tokenizer gives and cuts it to `budget` tokens (decisions.md, "The exported
 * graph" (a) and (b)). Special tokens that stand in a text are dropped; of a pair the first text ends
 * at the first `[SEP]`. The rule of truncation is that of `learn/text/truncate.ts`.
 */
export function singlePart(
  b: GraphBuilder,
  input: TokenizedInput,
  specials: Specials,
  budget: number,
): TextPart {
  const { tokens, index, length } = counted(b, textTokens(b, input, specials))
  return cut(b, tokens, index, b.min(length, budget))
}

/** The same for a pair. */
export function pairParts(
  b: GraphBuilder,
  input: TokenizedInput,
  specials: Specials,
  budget: number,
): { readonly a: TextPart; readonly b: TextPart } {
  const tokens = textTokens(b, input, specials)
  const separator = b.cast(b.equal(input.ids, specials.sep), 'int64')
  const isSecond = b.min(b.cumSum(separator, 1, true), 1)
  const first = counted(b, b.mul(tokens, b.sub(1, isSecond)))
  const second = counted(b, b.mul(tokens, isSecond))
  const room = b.max(b.sub(budget, second.length), Math.ceil(budget / 2))
  const firstLength = b.min(first.length, room)
  const secondLength = b.min(second.length, b.sub(budget, firstLength))
  return {
    a: cut(b, first.tokens, first.index, firstLength),
    b: cut(b, second.tokens, second.index, secondLength),
  }
}

/** [B, T] int64: 1 where a token is neither padding nor special. */
function textTokens(
  b: GraphBuilder,
  { ids, attentionMask }: TokenizedInput,
  specials: Specials,
): Node {
  const isSpecial = [specials.pad, specials.cls, specials.sep, specials.mask]
    .map((special) => b.equal(ids, special))
    .reduce((any, one) => b.or(any, one))
  return b.mul(attentionMask, b.cast(b.not(isSpecial), 'int64'))
}

function counted(b: GraphBuilder, tokens: Node) {
  return {
    tokens,
    index: b.cumSum(tokens, 1, true),
    length: b.reduceSum(tokens, [1], true),
  }
}

function cut(b: GraphBuilder, tokens: Node, index: Node, length: Node): TextPart {
  return { kept: b.mul(tokens, b.cast(b.less(index, length), 'int64')), index, length }
}
