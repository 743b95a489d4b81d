import { continuationPrefix, specialTokens } from './special-tokens.ts'
import type { TextNormalization } from './tokenizer-json.ts'

/** `[start, end)` in UTF-16 code units of the original text. */
export type Offset = readonly [start: number, end: number]

/**
 * Where each token of a BERT tokenizer stands in the text that it came from.
 *
 * The tokenizer gives no positions, so the text is cleaned and split into words once more, and the
 * tokens are laid over the words by their lengths. Special tokens written in the text are one token
 * each. A mark that the cleaning strips (an accent, a variation selector) belongs to the character
 * before it.
 */
export function alignTokens(
  text: string,
  tokens: readonly string[],
  normalization: TextNormalization,
): Offset[] {
  const offsets: Offset[] = []
  for (const section of sectionsOf(text)) {
    if (section.special) {
      offsets.push([section.start, section.end])
      continue
    }
    for (const word of wordsOf(text, section, normalization)) {
      placeWord(word, tokens, offsets)
    }
  }
  if (offsets.length !== tokens.length) {
    throw new Error(`alignTokens: placed ${offsets.length} of ${tokens.length} tokens`)
  }
  return offsets
}

interface Section {
  readonly start: number
  readonly end: number
  readonly special: boolean
}

/** The sources of a word's code points, as they stand after cleaning. */
type Word = Offset[]

const writtenSpecial = new RegExp(
  specialTokens.map((token) => token.replace(/[[\]]/g, '\\$&')).join('|'),
  'g',
)

function sectionsOf(text: string): Section[] {
  const sections: Section[] = []
  let start = 0
  for (const match of text.matchAll(writtenSpecial)) {
    const end = match.index + match[0].length
    sections.push({ start, end: match.index, special: false })
    sections.push({ start: match.index, end, special: true })
    start = end
  }
  return [...sections, { start, end: text.length, special: false }]
}

function wordsOf(text: string, section: Section, normalization: TextNormalization): Word[] {
  const { separateHan = true } = normalization
  const words: Word[] = []
  let open: Word | undefined
  let at = section.start
  for (const character of text.slice(section.start, section.end)) {
    const source: Offset = [at, at + character.length]
    at = source[1]
    if (isRemoved(character)) continue
    if (isSpace(character)) {
      open = undefined
      continue
    }
    const kept = normalized(character, normalization)
    if (kept === '') extendLast(words, source)
    for (const result of kept) {
      const alone = (separateHan && isHan(character)) || isPunctuation(result)
      if (alone || open === undefined) words.push([])
      words.at(-1)!.push(source)
      open = alone ? undefined : words.at(-1)
    }
  }
  return words
}

function placeWord(word: Word, tokens: readonly string[], offsets: Offset[]): void {
  let at = 0
  while (at < word.length && offsets.length < tokens.length) {
    const token = tokens[offsets.length]!
    const length = token === '[UNK]' ? word.length : codePoints(token, at > 0)
    offsets.push([word[at]![0], word[at + length - 1]![1]])
    at += length
  }
}

function codePoints(token: string, continues: boolean): number {
  return [...token].length - (continues ? continuationPrefix.length : 0)
}

/** All results of one source character grow together, such as the letters of a Hangul syllable. */
function extendLast(words: Word[], [start, end]: Offset): void {
  const word = words.at(-1) ?? []
  word.forEach((offset, i) => {
    if (offset[1] === start) word[i] = [offset[0], end]
  })
}

function normalized(character: string, normalization: TextNormalization): string {
  const { lowercase, stripAccents = lowercase } = normalization
  const cased = lowercase ? character.toLowerCase() : character
  return stripAccents ? cased.normalize('NFD').replace(/\p{Mn}/gu, '') : cased
}

function isRemoved(character: string): boolean {
  return /^[\0\ufffd\p{Cf}\p{Co}\p{Cs}]$|^(?![\t\n\r])\p{Cc}$/u.test(character)
}

function isSpace(character: string): boolean {
  return /^\s$/.test(character)
}

function isPunctuation(character: string): boolean {
  return /^[\p{P}!-/:-@[-`{-~]$/u.test(character)
}

/** The Han characters that the library sets apart: those of the basic plane. */
function isHan(character: string): boolean {
  return /^[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]$/.test(character)
}
