import { fail } from '../../core/errors.ts'
import { huggingFaceTokenizer } from './hugging-face.ts'
import { continuationPrefix, specialTokens } from './special-tokens.ts'
import { tokenizerConfig, tokenizerJson, type TextNormalization } from './tokenizer-json.ts'

export interface VocabCounts {
  /** How often a character starts a word; Han characters and punctuation are words of their own. */
  readonly initial: Map<string, number>
  /** How often a character stands inside a word. */
  readonly continuation: Map<string, number>
  /** Whole words of at least two Latin letters or digits. */
  readonly words: Map<string, number>
}

export interface VocabLimits {
  /** Tokens in all, the five special ones included. */
  readonly size: number
  /** The share of `size` that whole Latin words and numbers may take. */
  readonly wordShare?: number
  /** Characters and words seen less often are left out. */
  readonly leastCount?: number
}

export function emptyCounts(): VocabCounts {
  return { initial: new Map(), continuation: new Map(), words: new Map() }
}

/** A function that adds a text's characters and words to the counts, split as the tokenizer will. */
export function textCounter(counts: VocabCounts, normalization: TextNormalization) {
  const { normalizer, pre_tokenizer: preTokenizer } = huggingFaceTokenizer(
    tokenizerJson(specialTokens, normalization),
    tokenizerConfig(0, normalization),
  )
  return (text: string): void => {
    for (const word of preTokenizer.pre_tokenize_text(normalizer.normalize(text))) {
      const [first, ...rest] = word
      add(counts.initial, first!)
      for (const character of rest) add(counts.continuation, character)
      if (rest.length > 0 && latinWord.test(word)) add(counts.words, word)
    }
  }
}

/**
 * The vocabulary of a text collection: the special tokens, then by frequency every Latin letter and
 * digit (alone and as a continuation), common punctuation of both widths, the most frequent whole
 * Latin words and numbers, and as many other characters as there is room for.
 */
export function buildVocab(counts: VocabCounts, limits: VocabLimits): string[] {
  const { size, wordShare = 0.12, leastCount = 5 } = limits
  const frequency = new Map<string, number>()
  const take = (ranked: readonly (readonly [string, number])[], room: number) => {
    for (const [token, count] of ranked.slice(0, Math.max(0, room))) frequency.set(token, count)
  }
  const characters = characterCounts(counts)
  take(
    [...requiredTokens()].map((token) => [token, characters.get(token) ?? 0]),
    Infinity,
  )
  const room = size - specialTokens.length - frequency.size
  take(ranked(counts.words, leastCount, frequency), Math.min(room, Math.floor(size * wordShare)))
  const left = size - specialTokens.length - frequency.size
  take(ranked(characters, leastCount, frequency), left)
  return [...specialTokens, ...ranked(frequency, 0).map(([token]) => token)]
}

/**
 * The tokens of a vocab.txt: one a line, line number = id, the special tokens anywhere. Fails with
 * `model.vocabEmptyLine`, `model.vocabDuplicate` or `model.vocabMissing`.
 */
export function parseVocab(text: string, where?: string): string[] {
  const lines = text.replace(/\r?\n$/, '').split('\n')
  const vocab = lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  const lineOf = new Map<string, number>()
  vocab.forEach((token, i) => {
    const line = i + 1
    if (token === '') fail('model.vocabEmptyLine', { line }, where)
    const first = lineOf.get(token)
    if (first !== undefined) fail('model.vocabDuplicate', { token, line, first }, where)
    lineOf.set(token, line)
  })
  checkVocab(vocab, where)
  return vocab
}

/** Error: `model.vocabMissing`. */
export function checkVocab(vocab: readonly string[], where?: string): void {
  const known = new Set(vocab)
  for (const token of specialTokens) {
    if (!known.has(token)) fail('model.vocabMissing', { token }, where)
  }
}

const latinWord = /^[A-Za-z0-9]+$/
const asciiPunctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
const widePunctuation =
  '，。！？；：、“”‘’（）《》〈〉【】「」『』〔〕［］—…－～·．％＋＝／＆＃＠＊￥'

function requiredTokens(): Set<string> {
  const alphanumeric = [...'abcdefghijklmnopqrstuvwxyz0123456789']
  return new Set([
    ...alphanumeric,
    ...alphanumeric.map((character) => continuationPrefix + character),
    ...asciiPunctuation,
    ...widePunctuation,
  ])
}

function characterCounts(counts: VocabCounts): Map<string, number> {
  const result = new Map(counts.initial)
  for (const [character, count] of counts.continuation) {
    result.set(continuationPrefix + character, count)
  }
  return result
}

/** By decreasing count, ties in code unit order, so that the same counts give the same ids. */
function ranked(
  counts: ReadonlyMap<string, number>,
  leastCount: number,
  taken?: ReadonlyMap<string, number>,
): [string, number][] {
  return [...counts]
    .filter(([token, count]) => count >= leastCount && !taken?.has(token))
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
