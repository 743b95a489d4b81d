import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stream } from '../../../core/random.ts'
import { huggingFaceTokenizer } from '../../../learn/text/hugging-face.ts'
import { tokenizerConfig, tokenizerJson } from '../../../learn/text/tokenizer-json.ts'
import { createTokenizer } from '../../../learn/text/tokenizer.ts'
import { sampleVocab } from './sample-vocab.ts'

const vocab = sampleVocab()
const tokenizer = createTokenizer(vocab)

/** The text's tokens with the slices of the text that they come from. */
function slices(text: string, lowercase = true): [string, string][] {
  const { tokens, offsets } = createTokenizer(vocab, { lowercase }).encode(text)
  return tokens.map((token, i) => [token, text.slice(...offsets[i]!)])
}

test('encodes text without special tokens', () => {
  const ids = ['很', '好', '。'].map((token) => tokenizer.id(token))
  assert.deepEqual(tokenizer.ids('很好。'), ids)
  assert.deepEqual(tokenizer.ids(''), [])
  assert.equal(tokenizer.size, vocab.length)
  assert.deepEqual(tokenizer.specials, { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 })
})

test('drops special tokens typed in a text but keeps unknown words', () => {
  assert.deepEqual(slices('很[MASK]好[SEP][CLS]不[PAD]错'), [
    ['很', '很'],
    ['好', '好'],
    ['不', '不'],
    ['错', '错'],
  ])
  assert.deepEqual(slices('很[UNK]龘好'), [
    ['很', '很'],
    ['[UNK]', '[UNK]'],
    ['[UNK]', '龘'],
    ['好', '好'],
  ])
  assert.deepEqual(
    slices('[mask]')
      .map(([, slice]) => slice)
      .join(''),
    '[mask]',
  )
})

test('tells where each piece of a word stands', () => {
  assert.deepEqual(slices(' Python3和WindowsX'), [
    ['python', 'Python'],
    ['##3', '3'],
    ['和', '和'],
    ['windows', 'Windows'],
    ['##x', 'X'],
  ])
})

test('counts stripped accents and variation selectors to the character before them', () => {
  assert.deepEqual(slices('cafe\u0301 caf\u00e9\u0301！好\ufe00'), [
    ['cafe', 'cafe\u0301'],
    ['cafe', 'caf\u00e9\u0301'],
    ['！', '！'],
    ['好', '好\ufe00'],
  ])
})

test('skips control characters inside a word and spaces of any kind between words', () => {
  assert.deepEqual(slices('win\u200bdows\u3000\u00a0java\u0007\ud800天'), [
    ['windows', 'win\u200bdows'],
    ['java', 'java'],
    ['天', '天'],
  ])
})

test('gives surrogate pairs whole and full-width letters as they are', () => {
  assert.deepEqual(slices('好😀２０'), [
    ['好', '好'],
    ['😀', '😀'],
    ['##２', '２'],
    ['##０', '０'],
  ])
})

test('keeps case and accents when the vocabulary is cased', () => {
  assert.deepEqual(
    slices('cafe caf\u00e9 Java', false).map(([token]) => token),
    ['cafe', '[UNK]', '[UNK]'],
  )
})

const pieces = [
  ...['很', '好', '天', '龘', '\u{20BB7}', '\u{2F800}', '豈', '，', '。', '“', '…'],
  ...['a', 'B', 'linux', 'Windows', 'Python', '3', '28', '-', '#', '##a', '_', '[', ']'],
  ...['é', 'e\u0301', '\u0301', 'Ａ', 'ｂ', '２', '！', '℃', 'ﬁ', 'İ', 'ß', 'Σ', 'ΟΔΟΣ'],
  ...['😀', '👨\u200d👩\u200d👧', '❤\ufe0f', '\ud83d', '\ude00', '\u{1F1E8}\u{1F1F3}'],
  ...['한', '국', 'が', 'カ\u3099', 'ي\u0651', '\u0e33', '\u1100\u1161', '\u302e'],
  ...[' ', '  ', '\t', '\n', '\r\n', '\u3000', '\u00a0', '\u2028', '\ufeff', '\u0085'],
  ...['\0', '\u0007', '\u200b', '\u00ad', '\ue000', '\ufffd', '\u037e', 'x'.repeat(101)],
  ...['[MASK]', '[SEP]', '[CLS]', '[PAD]', '[UNK]', '[mask]', '[MASK'],
]

function randomTexts(count: number): string[] {
  const stream = new Stream(7, 'texts')
  return Array.from({ length: count }, () => {
    const length = stream.below(12)
    return Array.from({ length }, () => pieces[stream.below(pieces.length)]!).join('')
  })
}

for (const lowercase of [true, false]) {
  test(`places every token of random text (lowercase ${lowercase})`, () => {
    const library = huggingFaceTokenizer(
      tokenizerJson(vocab, { lowercase }),
      tokenizerConfig(0, { lowercase }),
    )
    const ours = createTokenizer(vocab, { lowercase })
    const clean = (text: string) =>
      library.normalizer.normalize(text).replace(/\s/g, '').replaceAll('ς', 'σ')
    for (const text of randomTexts(4000)) {
      const { ids, tokens, offsets } = ours.encode(text)
      const shown = JSON.stringify(text)
      assert.deepEqual(ids, ours.ids(text), shown)
      assert.equal(offsets.length, ids.length, shown)
      let covered = 0
      offsets.forEach(([start, end], i) => {
        const same = start === offsets[i - 1]?.[0] && end === offsets[i - 1]?.[1]
        assert.ok(start < end && (start >= covered || same), `${shown} ${i}`)
        if (start > covered) assertEmpty(text.slice(covered, start), clean, shown)
        covered = end
      })
      assertEmpty(text.slice(covered), clean, shown)
      assertSlices(text, tokens, offsets, clean)
    }
  })
}

/** What lies between tokens is nothing that the tokenizer sees. */
function assertEmpty(between: string, clean: (text: string) => string, shown: string): void {
  const left = clean(between.replace(/\[(MASK|SEP|CLS|PAD)\]/g, ''))
  assert.equal(left.replace(/\p{M}/gu, ''), '', shown)
}

/** A token's slice, cleaned by the library alone, is the token; the pieces of one syllable join. */
function assertSlices(
  text: string,
  tokens: readonly string[],
  offsets: readonly (readonly [number, number])[],
  clean: (text: string) => string,
): void {
  for (let i = 0; i < tokens.length;) {
    let last = i
    while (last + 1 < tokens.length && offsets[last + 1]![0] === offsets[i]![0]) last++
    const group = tokens.slice(i, last + 1)
    const slice = text.slice(...offsets[i]!)
    if (!group.includes('[UNK]')) {
      const joined = group.map((token) => token.replace(/^##(?=.)/u, '')).join('')
      assert.equal(clean(slice), joined.replaceAll('ς', 'σ'), JSON.stringify(text))
    }
    i = last + 1
  }
}
