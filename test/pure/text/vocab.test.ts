import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildVocab, emptyCounts, parseVocab, textCounter } from '../../../learn/text/vocab.ts'
import { tokenizerConfig, tokenizerJson } from '../../../learn/text/tokenizer-json.ts'
import { sampleVocab } from './sample-vocab.ts'

test('counts characters that start a word, characters inside, and whole Latin words', () => {
  const counts = emptyCounts()
  textCounter(counts, { lowercase: true })('Win7 很好，很Ａｂ')
  assert.deepEqual(
    [...counts.initial],
    [
      ['w', 1],
      ['很', 2],
      ['好', 1],
      ['，', 1],
      ['ａ', 1],
    ],
  )
  assert.deepEqual(
    [...counts.continuation],
    [
      ['i', 1],
      ['n', 1],
      ['7', 1],
      ['ｂ', 1],
    ],
  )
  assert.deepEqual([...counts.words], [['win7', 1]])
})

test('orders a vocabulary by special tokens, then frequency, ties by character', () => {
  const counts = emptyCounts()
  for (const [character, n] of [
    ['好', 7],
    ['，', 9],
    ['不', 7],
  ] as const) {
    counts.initial.set(character, n)
  }
  const vocab = buildVocab(counts, { size: 1000 })
  assert.deepEqual(vocab.slice(0, 8), [
    ...['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'],
    ...['，', '不', '好'],
  ])
})

test('always holds letters and digits, their continuations and punctuation of both widths', () => {
  const vocab = new Set(buildVocab(emptyCounts(), { size: 10 }))
  for (const character of 'abcdefghijklmnopqrstuvwxyz0123456789') {
    assert.ok(vocab.has(character) && vocab.has(`##${character}`), character)
  }
  for (const character of ',.!?:;()"\'，。！？：；（）“”《》、') assert.ok(vocab.has(character))
})

test('keeps to its size and to the share of whole words, rarest left out first', () => {
  const counts = emptyCounts()
  for (let i = 0; i < 500; i++) {
    counts.initial.set(String.fromCodePoint(0x4e00 + i), 1000 - i)
    counts.words.set(`word${i}`, 5000 - i)
  }
  const vocab = buildVocab(counts, { size: 300, wordShare: 0.1 })
  assert.equal(vocab.length, 300)
  assert.equal(new Set(vocab).size, 300)
  const words = vocab.filter((token) => token.startsWith('word'))
  assert.equal(words.length, 30)
  assert.deepEqual(words.slice(-1), ['word29'])
  assert.ok(vocab.includes('一') && !vocab.includes(String.fromCodePoint(0x4e00 + 499)))
})

test('leaves out characters seen too seldom to be learned', () => {
  const counts = emptyCounts()
  counts.initial.set('罕', 2)
  assert.ok(!buildVocab(counts, { size: 1000, leastCount: 3 }).includes('罕'))
})

test('reads vocab.txt back with either line ending', () => {
  const vocab = sampleVocab()
  assert.deepEqual(parseVocab(`${vocab.join('\n')}\n`), vocab)
  assert.deepEqual(parseVocab(vocab.join('\r\n')), vocab)
})

test('accepts special tokens anywhere and a line separator as a token', () => {
  const vocab = ['[PAD]', '\u2028', '好', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
  assert.deepEqual(parseVocab(vocab.join('\n')), vocab)
})

test('refuses a vocabulary with an empty line, a duplicate or no [MASK]', () => {
  const codeOf = (lines: string[]) => {
    try {
      parseVocab(lines.join('\n'), 'vocab.txt')
    } catch (error) {
      const { code, details, where } = error as { code: string; details: unknown; where: string }
      return { code, details, where }
    }
    return 'accepted'
  }
  const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]']
  const where = 'vocab.txt'
  assert.deepEqual(codeOf([...specials, '', '[MASK]']), {
    code: 'model.vocabEmptyLine',
    details: { line: 5 },
    where,
  })
  assert.deepEqual(codeOf([...specials, '[MASK]', '好', '好']), {
    code: 'model.vocabDuplicate',
    details: { token: '好', line: 7, first: 6 },
    where,
  })
  assert.deepEqual(codeOf(specials), {
    code: 'model.vocabMissing',
    details: { token: '[MASK]' },
    where,
  })
})

test('writes a tokenizer.json whose ids are the lines of the vocabulary', () => {
  const vocab = ['[PAD]', '好', '[UNK]', '[CLS]', '12', '[SEP]', '[MASK]']
  const json = tokenizerJson(vocab, { lowercase: true })
  assert.deepEqual(json.model.vocab, {
    '[PAD]': 0,
    好: 1,
    '[UNK]': 2,
    '[CLS]': 3,
    '12': 4,
    '[SEP]': 5,
    '[MASK]': 6,
  })
  assert.deepEqual(
    json.added_tokens.map(({ id, content }) => [id, content]),
    [
      [0, '[PAD]'],
      [2, '[UNK]'],
      [3, '[CLS]'],
      [5, '[SEP]'],
      [6, '[MASK]'],
    ],
  )
  assert.deepEqual(json.post_processor.special_tokens['[SEP]'].ids, [5])
  assert.equal(tokenizerConfig(64, { lowercase: true }).model_max_length, 64)
})
