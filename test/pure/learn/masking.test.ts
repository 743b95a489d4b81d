import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stream } from '../../../core/random.ts'
import { wordStart, type TokenCorpus } from '../../../learn/pretrain/corpus.ts'
import { drawSequence, maskCount, maskWords, specialIds } from '../../../learn/pretrain/masking.ts'
import { specialTokens } from '../../../learn/text/special-tokens.ts'
import { createTokenizer } from '../../../learn/text/tokenizer.ts'

const letters = [...'abcdefghijklmnopqrstuvwxyz']
/** Special tokens in the middle, as in the vocabularies of other makers. */
const vocab = [
  '[PAD]',
  ...letters.slice(0, 9),
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  ...letters.slice(9),
]
const specials = specialIds(createTokenizer(vocab))
const isSpecial = (id: number) => (specialTokens as readonly string[]).includes(vocab[id]!)

/** A line of words of two tokens, ordinary tokens in turn. */
function lineOfWords(tokens: number): Uint16Array {
  const ordinary = vocab.flatMap((_, id) => (isSpecial(id) ? [] : [id]))
  return Uint16Array.from({ length: tokens }, (_, i) => {
    return ordinary[i % ordinary.length]! | (i % 2 === 0 ? wordStart : 0)
  })
}

function sequenceOf(tokens: number, seed: number): Uint16Array {
  const line = lineOfWords(3 * tokens)
  const corpus: TokenCorpus = {
    tokens: line,
    lines: Uint32Array.from([0, line.length]),
    sources: [{ name: 'words', weight: 1, first: 0, end: 1, heldOut: [] }],
  }
  return drawSequence(corpus, () => 0, specials, tokens, new Stream(seed, 'order'))
}

test('a sequence is [CLS], a piece of a line, [SEP], and no longer than asked', () => {
  const sequence = sequenceOf(32, 1)
  assert.equal(sequence.length, 32)
  assert.deepEqual([sequence[0], sequence[31]], [specials.cls, specials.sep])
})

test('special tokens are never masked and never put in, wherever they stand in the vocabulary', () => {
  for (let seed = 0; seed < 300; seed++) {
    const sequence = sequenceOf(32, seed)
    const masking = { rate: 0.15, wholeWords: 0.5 }
    const { ids, positions, labels } = maskWords(
      sequence,
      specials,
      32,
      masking,
      new Stream(seed, 'mask'),
    )
    assert.ok(labels.every((id) => !isSpecial(id)))
    assert.ok(positions.every((at) => ids[at] === specials.mask || !isSpecial(ids[at]!)))
    assert.deepEqual([ids[0], ids[31]], [specials.cls, specials.sep])
  }
})

test('of the chosen tokens 80 % become [MASK], 10 % another token, and the budget is kept', () => {
  const count = { chosen: 0, masked: 0, kept: 0 }
  for (let seed = 0; seed < 2000; seed++) {
    const sequence = sequenceOf(64, seed)
    const masking = { rate: 0.15, wholeWords: 0 }
    const { ids, positions, labels } = maskWords(
      sequence,
      specials,
      64,
      masking,
      new Stream(seed, 'mask'),
    )
    assert.ok(positions.length <= maskCount(64, 0.15))
    count.chosen += positions.length
    count.masked += positions.filter((at) => ids[at] === specials.mask).length
    count.kept += positions.filter((at, k) => ids[at] === labels[k]).length
  }
  assert.ok(Math.abs(count.masked / count.chosen - 0.8) < 0.01)
  // A random token is the same one now and then.
  assert.ok(Math.abs(count.kept / count.chosen - (0.1 + 0.1 / 26)) < 0.01)
})

test('whole words are masked whole', () => {
  const sequence = sequenceOf(64, 5)
  const masking = { rate: 0.15, wholeWords: 1 }
  const { positions } = maskWords(sequence, specials, 64, masking, new Stream(5, 'mask'))
  const chosen = new Set(positions)
  for (const at of positions) {
    const isStart = (sequence[at]! & wordStart) !== 0
    const partner = isStart ? at + 1 : at - 1
    // Words at the ends of the piece may be cut.
    if (partner > 1 && partner < 62) assert.ok(chosen.has(partner), `${at} without ${partner}`)
  }
})
