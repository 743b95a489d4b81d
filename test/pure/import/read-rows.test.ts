import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentence } from '../../../core/errors.ts'
import { isBlank } from '../../../main/import/check-row.ts'
import { readRows } from '../../../main/import/read-rows.ts'
import { csvPlan, encode, readAll, writeFile } from './temporary-files.ts'

test('keeps every column as it was, also one called label or __proto__', async () => {
  const csv = '2,label,__proto__,1,text\n x ,旧,p,"a,b"," 好 "\n'
  const { rows } = await readAll(writeFile('a.csv', csv), csvPlan({ id: '1' }))
  const columns = [
    ['2', ' x '],
    ['label', '旧'],
    ['__proto__', 'p'],
    ['1', 'a,b'],
    ['text', ' 好 '],
  ]
  assert.deepEqual(rows, [{ line: 2, sourceId: 'a,b', a: ' 好 ', b: null, columns }])
})

test('gives both texts of a pair, and null for an empty id', async () => {
  const csv = 'id,text,other\n,好,坏\n7,甲,乙\n'
  const plan = csvPlan({ id: 'id', textB: 'other' })
  const { rows } = await readAll(writeFile('a.csv', csv), plan)
  assert.deepEqual(
    rows.map(({ sourceId, a, b }) => [sourceId, a, b]),
    [
      [null, '好', '坏'],
      ['7', '甲', '乙'],
    ],
  )
})

test('removes a byte order mark at the start of the file and nowhere else', async () => {
  const path = writeFile('a.csv', '\ufefftext\n\ufeff好\n')
  const { rows } = await readAll(path, csvPlan())
  assert.equal(rows[0]!.a, '\ufeff好')
})

/** Rows that are left out: the field called text, the line, and what is said of it. */
const REJECTED: [name: string, field: string, code: string, details: object][] = [
  ['an empty text', '', 'import.rowEmpty', { column: 'text' }],
  ['a text of spaces', ' \t\u3000\u00a0', 'import.rowEmpty', { column: 'text' }],
  ['a text of invisible characters', '\ufeff\u200b\u2060', 'import.rowEmpty', { column: 'text' }],
  ['a NUL character', 'a\0b', 'import.rowNul', { column: 'text' }],
  ['a quote in a quoted field', '"a "b" c"', 'import.rowStrayQuote', { field: 2 }],
  ['a field too many', 'a,b', 'import.rowRagged', { expected: 2, got: 3 }],
]
for (const [name, field, code, details] of REJECTED) {
  test(`rejects a row with ${name} by line and reason, and reads the rows around it`, async () => {
    const path = writeFile('a.csv', `id,text\n1,"好\n的"\n2,${field}\n3,坏\n`)
    const { rows, rejected } = await readAll(path, csvPlan({ id: 'id' }))
    assert.deepEqual(
      rows.map((row) => [row.line, row.sourceId]),
      [
        [2, '1'],
        [5, '3'],
      ],
    )
    assert.deepEqual(rejected, [{ line: 4, reason: { code, details }, raw: `2,${field}` }])
    const [en, zh] = [sentence(rejected[0]!.reason, 'en'), sentence(rejected[0]!.reason, 'zh')]
    assert.doesNotMatch(en + zh, /undefined|\[object/)
  })
}

test('rejects a row with a field too few', async () => {
  const path = writeFile('a.csv', 'id,text\n1\n2,好\n')
  const { rejected } = await readAll(path, csvPlan())
  const reason = { code: 'import.rowRagged', details: { expected: 2, got: 1 } }
  assert.deepEqual(rejected, [{ line: 2, reason, raw: '1' }])
})

test('rejects a text of more than 1 MiB and shows its first 200 characters', async () => {
  const limit = 2 ** 20
  const path = writeFile('a.txt', `${'x'.repeat(limit)}\n${'好'.repeat(limit / 3 + 1)}\n`)
  const { rows, rejected } = await readAll(path, csvPlan({ format: 'text' }))
  assert.deepEqual(
    rows.map((row) => row.a.length),
    [limit],
  )
  const details = { column: 'text', bytes: limit + 2, limit }
  const reason = { code: 'import.rowTooLong', details }
  assert.deepEqual(rejected, [{ line: 2, reason, raw: '好'.repeat(200) }])
})

test('rejects half of a surrogate pair, in UTF-16 and as an escape of JSON', async () => {
  const utf16 = Buffer.concat([
    encode('text\n好😀\n坏', 'utf-16le', true),
    Buffer.from([0x3d, 0xd8]),
    encode('\n中\n', 'utf-16le'),
  ])
  const fromCsv = await readAll(writeFile('a.csv', utf16), csvPlan({ encoding: 'utf-16le' }))
  const json = '{"text":"好\\ud83d\\ude00"}\n{"id":"\\ud83d","text":"坏"}\n{"text":"中"}\n'
  const fromJson = await readAll(writeFile('a.jsonl', json), csvPlan({ format: 'jsonl' }))
  const summary = ({ rows, rejected }: typeof fromCsv) => [
    rows.map((row) => row.a),
    rejected.map((row) => [row.line, row.reason]),
  ]
  const rejected = (line: number, column: string) => [
    ['好😀', '中'],
    [[line, { code: 'import.rowUndecodable', details: { column } }]],
  ]
  assert.deepEqual(summary(fromCsv), rejected(3, 'text'))
  assert.deepEqual(summary(fromJson), rejected(2, 'id'))
})

test('rejects a JSON row that lacks the text or is no object', async () => {
  const json = '{"text":"好"}\n{"body":"x"}\n[1]\n{"text":null}\n{"text":5}\n{"text"\n'
  const { rows, rejected } = await readAll(writeFile('a.jsonl', json), csvPlan({ format: 'jsonl' }))
  assert.deepEqual(
    rows.map((row) => row.a),
    ['好', '5'],
  )
  assert.deepEqual(
    rejected.map((row) => [row.line, row.reason.code]),
    [
      [2, 'import.rowColumnMissing'],
      [3, 'import.rowNotObject'],
      [4, 'import.rowEmpty'],
      [6, 'import.rowNotJson'],
    ],
  )
})

test('counts blank lines of plain text and makes no rows of them', async () => {
  const path = writeFile('a.txt', '好\r\n\r\n\u3000\r\n坏')
  const { rows, rejected, blankLines } = await readAll(path, csvPlan({ format: 'text' }))
  assert.deepEqual([rows.map((row) => row.line), rejected, blankLines], [[1, 4], [], 2])
})

test('sees that a text is blank by what Unicode calls white space or never seen', () => {
  assert.deepEqual(['', ' \u0085\u2028', '\u200d\ufe0f', '.', '0', '😀', '\u0300'].map(isBlank), [
    ...[true, true, true],
    ...[false, false, false, false],
  ])
})

/** About 30 MB of CSV, 200,000 rows with a line break in each text. */
function largeCsv(): { path: string; rows: number } {
  const text = '这家酒店的服务非常好，房间也很干净，早餐丰富。'.repeat(2)
  const rows = 200_000
  const lines = Array.from({ length: rows }, (_, i) => `${i},"${text}\n${i}"\n`)
  return { path: writeFile('large.csv', 'id,text\n' + lines.join('')), rows }
}

test('reads 30 MB in batches of one block, in order, without holding the file', async () => {
  const { path, rows } = largeCsv()
  let next = 0
  let largestBatch = 0
  let bytesRead = 0
  globalThis.gc?.()
  const heapBefore = process.memoryUsage().heapUsed
  let heapPeak = 0
  for await (const batch of readRows(path, csvPlan({ id: 'id' }))) {
    for (const row of batch.rows) {
      assert.equal(row.line, 2 + 2 * next)
      assert.equal(row.sourceId, String(next++))
    }
    largestBatch = Math.max(largestBatch, batch.rows.length)
    assert.ok(batch.bytesRead > bytesRead && batch.bytesRead <= batch.bytesTotal)
    bytesRead = batch.bytesRead
    heapPeak = Math.max(heapPeak, process.memoryUsage().heapUsed - heapBefore)
  }
  assert.equal(next, rows)
  assert.ok(largestBatch < 3000, `a batch of ${largestBatch} rows`)
  assert.ok(heapPeak < 80e6, `the heap grew by ${heapPeak} bytes`)
})
