/**
 * Tokenised text as the masked language model reads it.
 *
 * `tokens` holds token ids below `wordStart`; the flag marks the first token of each word, so that
 * whole words can be masked. Line i is `tokens[lines[i] .. lines[i + 1])`.
 */
export interface TokenCorpus {
  readonly tokens: Uint16Array
  readonly lines: Uint32Array
  readonly sources: readonly CorpusSource[]
}

/** One source of a corpus: a range of training lines and how often it is drawn from. */
export interface CorpusSource {
  readonly name: string
  readonly weight: number
  /** Line indices [first, end) for training. */
  readonly first: number
  readonly end: number
  /** Line indices of held-out documents. */
  readonly heldOut: readonly number[]
}

export const wordStart = 0x8000
export const tokenMask = 0x7fff

/** Tokens of a vocabulary that a corpus can hold. */
export const largestVocab = wordStart

export function lineOf(corpus: TokenCorpus, line: number): Uint16Array {
  return corpus.tokens.subarray(corpus.lines[line]!, corpus.lines[line + 1]!)
}
