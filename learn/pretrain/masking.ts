import type { Stream } from '../../core/random.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { lineOf, tokenMask, wordStart, type TokenCorpus } from './corpus.ts'

/** The special tokens of a vocabulary, wherever they stand in it. */
export interface SpecialIds {
  readonly pad: number
  readonly cls: number
  readonly sep: number
  readonly mask: number
  /** All special ids, these and others, ascending. */
  readonly all: readonly number[]
  readonly vocabSize: number
}

export function specialIds({ specials, size }: TextTokenizer): SpecialIds {
  return { ...specials, all: Object.values(specials).sort((a, b) => a - b), vocabSize: size }
}

/** An ordinary token, all of them equally likely. */
function ordinaryToken({ all, vocabSize }: SpecialIds, stream: Stream): number {
  let token = stream.below(vocabSize - all.length)
  for (const special of all) if (token >= special) token++
  return token
}

/** One masked sequence: ids [T] with some replaced, and what stood there. */
export interface MaskedSequence {
  readonly ids: Int32Array
  readonly length: number
  readonly positions: readonly number[]
  readonly labels: readonly number[]
}

/** How many masks a sequence of T tokens carries at most. */
export function maskCount(tokens: number, rate: number): number {
  return Math.ceil(tokens * rate)
}

/**
 * A sequence of at most `tokens` tokens, flags included: lines drawn from one source, cut at a
 * random place where they are too long, joined by [SEP] until three quarters are full.
 */
export function drawSequence(
  corpus: TokenCorpus,
  pick: (stream: Stream) => number,
  specials: SpecialIds,
  tokens: number,
  stream: Stream,
): Uint16Array {
  const sequence = new Uint16Array(tokens)
  let length = 0
  sequence[length++] = specials.cls
  do {
    const line = lineOf(corpus, pick(stream))
    const room = tokens - 1 - length
    const start = line.length > room ? stream.below(line.length - room + 1) : 0
    const piece = line.subarray(start, start + room)
    sequence.set(piece, length)
    length += piece.length
    sequence[length++] = specials.sep
  } while (length < tokens * 0.75)
  return sequence.subarray(0, length)
}

export interface Masking {
  /** Share of the tokens that are chosen. */
  readonly rate: number
  /** Share of words that are masked as a whole. */
  readonly wholeWords: number
}

/**
 * Masks units in random order until `rate` of the tokens is chosen: whole words, or single tokens of
 * words that are not taken whole. Of the chosen tokens 80 % become [MASK], 10 % a random token, 10 %
 * stay (Devlin et al. 2019, Cui et al. 2019). Single tokens beside the rest of their word teach a
 * small model to look at its neighbours, which whole words alone do much later.
 */
export function maskWords(
  sequence: Uint16Array,
  specials: SpecialIds,
  tokens: number,
  { rate, wholeWords }: Masking,
  stream: Stream,
): MaskedSequence {
  const ids = new Int32Array(tokens).fill(specials.pad)
  sequence.forEach((token, i) => (ids[i] = token & tokenMask))
  const words = wordRanges(sequence, specials).flatMap((word) =>
    stream.next() < wholeWords ? [word] : singles(word),
  )
  const ordinary = words.reduce((sum, [begin, end]) => sum + end - begin, 0)
  const budget = Math.min(maskCount(tokens, rate), Math.max(1, Math.round(ordinary * rate)))
  const positions: number[] = []
  const labels: number[] = []
  for (const [begin, end] of stream.shuffled(words)) {
    if (positions.length + end - begin > budget) continue
    for (let at = begin; at < end; at++) {
      positions.push(at)
      labels.push(ids[at]!)
      const draw = stream.next()
      if (draw < 0.8) ids[at] = specials.mask
      else if (draw < 0.9) ids[at] = ordinaryToken(specials, stream)
    }
    if (positions.length === budget) break
  }
  return { ids, length: sequence.length, positions, labels }
}

function singles([begin, end]: readonly [number, number]): [number, number][] {
  return Array.from({ length: end - begin }, (_, i) => [begin + i, begin + i + 1])
}

/** The words as [begin, end) token ranges; special tokens belong to none. */
function wordRanges(sequence: Uint16Array, specials: SpecialIds): [number, number][] {
  const words: [number, number][] = []
  let open = false
  sequence.forEach((token, i) => {
    const ordinary = !specials.all.includes(token & tokenMask)
    if (ordinary && open && (token & wordStart) === 0) words[words.length - 1]![1] = i + 1
    else if (ordinary) words.push([i, i + 1])
    open = ordinary
  })
  return words
}
