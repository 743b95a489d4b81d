import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { Stream } from '../../../core/random.ts'
import { DelimitedReader } from '../../../main/import/delimited.ts'
import type { DelimitedRecord, Dialect } from '../../../main/import/delimited.ts'

const CSV: Dialect = { delimiter: ',', quoted: true }

function records(pieces: readonly string[], dialect = CSV): DelimitedRecord[] {
  const reader = new DelimitedReader('a.csv', dialect)
  return pieces.flatMap((piece, i) => reader.push(piece, i === pieces.length - 1))
}
const fields = (text: string, dialect = CSV) => records([text], dialect).map((r) => r.fields)
const lines = (text: string) => records([text]).map((r) => r.line)

test('splits fields at the delimiter and records at LF, CRLF or CR', () => {
  assert.deepEqual(fields('a,b\n1,2\r\n3,4\r5,6'), [
    ['a', 'b'],
    ['1', '2'],
    ['3', '4'],
    ['5', '6'],
  ])
})

test('gives the same records with and without a line break at the end', () => {
  assert.deepEqual(fields('a,b\n1,\n'), fields('a,b\n1,'))
})

test('takes a full-width comma for text', () => {
  assert.deepEqual(fields('好，很好,1'), [['好，很好', '1']])
})

test('keeps delimiters, line breaks and doubled quotes inside quoted fields', () => {
  assert.deepEqual(fields('"a,b","c\r\nd","say ""hi"""\n'), [['a,b', 'c\r\nd', 'say "hi"']])
})

test('takes a quote inside an unquoted field for a character', () => {
  assert.deepEqual(fields('5" screen,a"b"\n'), [['5" screen', 'a"b"']])
})

test('takes every quote for a character where quoting is off', () => {
  assert.deepEqual(fields('"a\tb"\n', { delimiter: '\t', quoted: false }), [['"a', 'b"']])
})

test('keeps spaces as they are', () => {
  assert.deepEqual(fields(' a , "b" \n'), [[' a ', ' "b" ']])
})

test('names the physical line on which each record starts', () => {
  assert.deepEqual(lines('h\n"two\r\nlines"\n\nx\r"a\rb\nc"\r\ny'), [1, 2, 5, 6, 9])
})

test('rejects only the line of a field that goes on after its closing quote', () => {
  const found = records(['1,"he said "hi", twice",x\n2,y\n'])
  assert.deepEqual(found, [
    {
      line: 1,
      raw: '1,"he said "hi", twice",x',
      fields: [],
      problem: { code: 'import.rowStrayQuote', details: { field: 2 } },
    },
    { line: 2, raw: '2,y', fields: ['2', 'y'], problem: undefined },
  ])
})

test('refuses a quote that is never closed and names the line on which it opened', () => {
  assert.throws(() => records(['a,b\n1,"two\nlines"\n2,"open\n3,x\n4,y\n']), {
    code: 'import.brokenQuote',
    details: { path: 'a.csv', line: 4, foundLine: null },
  })
})

test('refuses a quote that the next quoted field would close, so that no rows are merged', () => {
  assert.throws(() => records(['a,b\n1,"open\n2,"next"\n']), {
    code: 'import.brokenQuote',
    details: { path: 'a.csv', line: 2, foundLine: 3 },
  })
})

test('refuses an open quote before it has swallowed a large file', () => {
  const reader = new DelimitedReader('a.csv', CSV)
  const piece = 'x'.repeat(2 ** 20)
  reader.push('a\n"', false)
  assert.throws(
    () => {
      for (let i = 0; i < 40; i++) reader.push(piece, false)
    },
    { code: 'import.brokenQuote', details: { path: 'a.csv', line: 2, foundLine: null } },
  )
})

test('refuses a line without an end', () => {
  const reader = new DelimitedReader('a.txt', { delimiter: null, quoted: false })
  const piece = 'x'.repeat(2 ** 20)
  assert.throws(
    () => {
      for (let i = 0; i < 40; i++) reader.push(i === 0 ? `one\n${piece}` : piece, false)
    },
    { code: 'import.recordTooLong', details: { path: 'a.txt', line: 2, limit: 2 ** 24 } },
  )
})

test('counts blank lines instead of making rows of them', () => {
  const reader = new DelimitedReader('a.csv', CSV)
  const found = reader.push('a\n\n\r\n""\n,\n', true).map((record) => record.fields)
  assert.deepEqual(
    { found, blank: reader.blankLines },
    { found: [['a'], [''], ['', '']], blank: 2 },
  )
})

/** Random text in which quotes, delimiters and line breaks are frequent, and always well formed. */
function randomCsv(stream: Stream): string {
  const lineBreak = ['\n', '\r\n', '\r'][stream.below(3)]!
  const record = () => Array.from({ length: 3 }, () => randomField(stream)).join(',')
  const all = Array.from({ length: 1 + stream.below(6) }, record).join(lineBreak)
  return all + (stream.below(2) === 0 ? lineBreak : '')
}

function randomField(stream: Stream): string {
  const alphabet =
    stream.below(2) === 0 ? ['a', '好', '，', ' '] : ['"', ',', '\n', '\r', '字', '😀']
  const value = Array.from(
    { length: stream.below(5) },
    () => alphabet[stream.below(alphabet.length)],
  )
  const text = value.join('')
  return /[",\r\n]/.test(text) || stream.below(4) === 0 ? `"${text.replaceAll('"', '""')}"` : text
}

test('agrees with csv-parse on well-formed files', () => {
  for (let seed = 0; seed < 500; seed++) {
    const text = randomCsv(new Stream(seed, 'csv'))
    const expected = parse(text, { record_delimiter: ['\r\n', '\n', '\r'] })
    assert.deepEqual(fields(text), expected, JSON.stringify(text))
  }
})

test('gives the same records wherever the text is cut into pieces', () => {
  for (let seed = 0; seed < 60; seed++) {
    const text = randomCsv(new Stream(seed, 'pieces'))
    const whole = records([text])
    for (let cut = 0; cut <= text.length; cut++) {
      assert.deepEqual(records([text.slice(0, cut), text.slice(cut)]), whole, JSON.stringify(text))
    }
    assert.deepEqual(records([...text.split(''), '']), whole)
  }
})
