import assert from 'node:assert/strict'
import { appendFileSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { ShiliuError, sentence } from '../../../core/errors.ts'
import { preview } from '../../../main/import/preview.ts'
import type { PreviewChoice } from '../../../main/import/preview.ts'
import { readRows } from '../../../main/import/read-rows.ts'
import { csvPlan, encode, readAll, writeFile } from './temporary-files.ts'

/** The error that `attempt` ends with, after a look at its sentences. */
async function refusal(attempt: Promise<unknown>): Promise<{ code: string; details: object }> {
  const error = await attempt.then(
    () => assert.fail('expected a refusal'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof ShiliuError, String(error))
  for (const language of ['en', 'zh'] as const) {
    assert.doesNotMatch(sentence(error, language), /undefined|\[object|NaN/)
  }
  return { code: error.code, details: error.details as object }
}

async function refusedPreview(name: string, content: string | Uint8Array, choice?: PreviewChoice) {
  const path = writeFile(name, content)
  const { code, details } = await refusal(preview(path, choice))
  const { path: named, ...others } = details as { path?: string }
  assert.equal(named, path)
  return { code, ...others }
}

const bytes = (...values: number[]) => Buffer.from(values)
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const zip = (inside: string) => latin1(`PK\x03\x04\x14\0\0\0\x08\0${inside}\0\0\xff\xfe\x00`)

const BINARY: [name: string, file: string, content: Buffer, expected: object][] = [
  [
    'a spreadsheet',
    'a.xlsx',
    zip('[Content_Types].xml'),
    { code: 'import.spreadsheet', kind: 'xlsx' },
  ],
  [
    'a spreadsheet called .csv',
    'a.csv',
    zip('xl/workbook.xml'),
    { code: 'import.spreadsheet', kind: 'xlsx' },
  ],
  [
    'an old spreadsheet',
    'a.xls',
    bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
    { code: 'import.spreadsheet', kind: 'xls' },
  ],
  ['a Parquet file', 'a.parquet', latin1('PAR1\x15\0'), { code: 'import.parquet' }],
  ['a Word document', 'a.csv', zip('word/document.xml'), { code: 'import.binary', kind: 'docx' }],
  ['a zip archive', 'a.csv', zip('texts.csv'), { code: 'import.binary', kind: 'zip' }],
  ['a PDF', 'a.txt', latin1('%PDF-1.7\n%\xe2\xe3'), { code: 'import.binary', kind: 'PDF' }],
  ['a picture', 'a.csv', latin1('\x89PNG\r\n\x1a\n\0\0'), { code: 'import.binary', kind: 'PNG' }],
  [
    'a database',
    'a.csv',
    latin1('SQLite format 3\0\x10'),
    { code: 'import.binary', kind: 'SQLite' },
  ],
  ['a gzip file', 'a.csv', gzipSync('text\n好\n'), { code: 'import.binary', kind: 'gzip' }],
  [
    'unknown binary data',
    'a.csv',
    Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * i * 31 + i * 7) % 256)),
    { code: 'import.binary', kind: 'unknown' },
  ],
]
for (const [name, file, content, expected] of BINARY) {
  test(`refuses ${name} and says what it is`, async () => {
    assert.deepEqual(await refusedPreview(file, content), expected)
  })
}

test('refuses a path at which there is nothing', async () => {
  const path = join(tmpdir(), 'shiliu-there-is-no-such-file.csv')
  assert.deepEqual(await refusal(preview(path)), { code: 'import.notFound', details: { path } })
})

test('refuses a folder', async () => {
  const path = dirname(writeFile('a.csv', 'text\n好\n'))
  const details = { path, kind: 'folder' }
  assert.deepEqual(await refusal(preview(path)), { code: 'import.notAFile', details })
})

test('refuses a device', async () => {
  const details = { path: '/dev/null', kind: 'device' }
  assert.deepEqual(await refusal(preview('/dev/null')), { code: 'import.notAFile', details })
})

const asRoot = process.getuid?.() === 0 && 'root may read every file'

test('refuses a file that may not be read', { skip: asRoot }, async () => {
  const path = writeFile('a.csv', 'text\n好\n')
  chmodSync(path, 0)
  assert.deepEqual(await refusal(preview(path)), { code: 'import.notAllowed', details: { path } })
})

for (const [name, content] of [
  ['no bytes', ''],
  ['a byte order mark alone', '\ufeff'],
  ['blank lines alone', '\n\r\n\n'],
] as const) {
  test(`refuses a file of ${name} as empty`, async () => {
    assert.deepEqual(await refusedPreview('a.csv', content), { code: 'import.empty' })
  })
}

test('refuses a file that has a header and no rows', async () => {
  assert.deepEqual(await refusedPreview('a.csv', 'id,text\n'), { code: 'import.noRows' })
})

test('refuses a file in which no row can be read', async () => {
  const expected = { code: 'import.noUsableRow', line: 1, raw: 'id,text' }
  assert.deepEqual(await refusedPreview('a.jsonl', 'id,text\n1,好\n'), expected)
})

test('refuses a file without a column of text', async () => {
  const expected = { code: 'import.noTextColumn', columns: ['id', 'n'] }
  assert.deepEqual(await refusedPreview('a.csv', 'id,n\n1,2.5\n2,-3\n'), expected)
})

test('refuses a column that the file does not have', async () => {
  const csv = 'id,text\n1,好\n'
  const expected = { code: 'import.columnMissing', column: 'body', columns: ['id', 'text'] }
  assert.deepEqual(await refusedPreview('a.csv', csv, { text: 'body' }), expected)
  const path = writeFile('a.csv', csv)
  const { code } = await refusal(readAll(path, csvPlan({ textB: 'body' })))
  assert.equal(code, 'import.columnMissing')
})

const UNKNOWN: [guess: string, text: string, encoding: string][] = [
  ['ISO-8859-1', "Le café était très bon, j'ai été ravi de l'accueil, à bientôt", 'latin1'],
  [
    'EUC-KR',
    '이 호텔은 서비스가 매우 좋고 방이 깨끗합니다. 다음에도 여기를 선택하겠습니다.',
    'euc-kr',
  ],
  [
    'EUC-JP',
    'このホテルはサービスがとても良くて、部屋も清潔でした。次回もここを選びます。',
    'euc-jp',
  ],
  ['Shift_JIS', 'このホテルはサービスがとても良くて、部屋も清潔でした。', 'shift_jis'],
]
for (const [guess, text, encoding] of UNKNOWN) {
  test(`refuses ${encoding}, which it does not read, with a guess`, async () => {
    const known = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5']
    const found = await refusedPreview('a.csv', iconv.encode(`text\n${text}\n`, encoding))
    assert.deepEqual(found, { code: 'import.encodingUnknown', guess, known })
  })
}

const CHINESE = 'id,text\n1,good\n2,这家酒店的服务非常好，房间也很干净\n3,电池不耐用，不推荐\n'
/** The byte at which the first Chinese character of `CHINESE` begins in an 8-bit encoding. */
const FIRST_CHINESE = CHINESE.indexOf('这')

const WRONG: [declared: string, actual: Buffer, line: number, offset: number, looksLike: string][] =
  [
    ['utf-8', encode(CHINESE, 'gb18030'), 3, FIRST_CHINESE, 'gb18030'],
    ['utf-8', encode(CHINESE, 'utf-16le', true), 1, 0, 'utf-16le'],
    ['utf-8', encode('text\nplain\nwords\n', 'utf-16be'), 1, 0, 'utf-16be'],
    ['utf-16', encode(CHINESE, 'utf-8'), 1, 0, 'utf-8'],
    ['utf-16le', encode('text\nplain words\n', 'utf-8'), 1, 0, 'utf-8'],
    ['utf-16le', encode(CHINESE, 'utf-16be'), 1, 0, 'utf-16be'],
    ['utf-16be', encode(CHINESE, 'gb18030'), 1, 0, 'gb18030'],
    ['big5', encode(CHINESE.repeat(5), 'gb18030'), 3, FIRST_CHINESE, 'gb18030'],
    ['gb18030', encode('text\n很好\n'.repeat(9), 'utf-8', true), 1, 0, 'utf-8'],
  ]
for (const [declared, content, line, offset, looksLike] of WRONG) {
  test(`refuses ${looksLike} declared as ${declared} and names line and byte`, async () => {
    const found = await refusedPreview('a.csv', content, { encoding: declared })
    const name = declared === 'utf-16' ? 'utf-16le' : declared
    const hex = content.subarray(offset, offset + 4).toString('hex')
    const details = { declared: name, line, offset, bytes: hex, looksLike }
    assert.deepEqual(found, { code: 'import.encodingWrong', ...details })
  })
}

test('refuses UTF-8 declared as GB18030 at the first byte that does not fit', async () => {
  const content = encode(CHINESE, 'utf-8')
  const found = await refusedPreview('a.csv', content, { encoding: 'GBK' })
  assert.equal(found.code, 'import.encodingWrong')
  const { line, offset } = found as { line?: number; offset?: number }
  assert.equal(line, 3)
  assert.ok(offset! >= FIRST_CHINESE && offset! < content.indexOf('\n3,'))
})

test('refuses a wrong encoding in the plan of a read, before any row', async () => {
  const path = writeFile('a.csv', encode(CHINESE, 'gb18030'))
  const { code } = await refusal(readRows(path, csvPlan({ encoding: 'utf-8' })).next())
  assert.equal(code, 'import.encodingWrong')
})

/** 20,000 rows of UTF-8, the one numbered `broken` with a byte that is none. */
function damagedUtf8(broken: number): { content: Buffer; offset: number } {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i},这家酒店的服务非常好，房间也很干净\n`)
  const content = Buffer.from('id,text\n' + rows.join(''))
  const offset = content.indexOf(`\n${broken},`) + `\n${broken},`.length + 3
  content[offset] = 0xff
  return { content, offset }
}

test('refuses damaged bytes far into a file and names line, byte and bytes', async () => {
  const { content, offset } = damagedUtf8(19_000)
  const path = writeFile('a.csv', content)
  const { plan } = await preview(path)
  assert.deepEqual(await refusal(readAll(path, plan)), {
    code: 'import.undecodable',
    details: {
      path,
      encoding: 'utf-8',
      line: 19_002,
      offset,
      bytes: content.subarray(offset, offset + 4).toString('hex'),
    },
  })
})

test('rejects only the damaged row where the plan says so', async () => {
  const { content } = damagedUtf8(19_000)
  const path = writeFile('a.csv', content)
  const { rows, rejected } = await readAll(path, csvPlan({ undecodable: 'reject' }))
  assert.equal(rows.length, 19_999)
  assert.deepEqual(
    rejected.map(({ line, reason }) => [line, reason.code]),
    [[19_002, 'import.rowUndecodable']],
  )
  assert.match(rejected[0]!.raw, /^19000,这\ufffd{3}酒店/)
})

for (const [encoding, unit] of [
  ['utf-16le', 'little'],
  ['utf-16be', 'big'],
] as const) {
  test(`names the line of an odd last byte in ${unit} endian UTF-16`, async () => {
    const whole = encode('text\r\n很好\r不好\n', encoding, true)
    const path = writeFile('a.txt', Buffer.concat([whole, bytes(0x61)]))
    const { plan } = await preview(path)
    const { code, details } = await refusal(readAll(path, plan))
    const { line, offset } = details as { line: number; offset: number }
    assert.deepEqual([code, line, offset], ['import.undecodable', 4, whole.length])
  })
}

test('refuses a broken quote and names the line on which it opened', async () => {
  const path = writeFile('a.csv', 'id,text\n1,好\n2,"没有闭合\n3,x\n4,y\n')
  const expected = { code: 'import.brokenQuote', details: { path, line: 3, foundLine: null } }
  assert.deepEqual(await refusal(preview(path)), expected)
  assert.deepEqual(await refusal(readAll(path, csvPlan())), expected)
})

test('refuses a delimiter that cannot be one', async () => {
  for (const delimiter of ['||', '"', '\n', '']) {
    const path = writeFile('a.csv', 'id,text\n1,好\n')
    const expected = { code: 'import.delimiter', details: { given: delimiter } }
    assert.deepEqual(await refusal(preview(path, { delimiter })), expected)
  }
})

test('refuses a header with a broken quote', async () => {
  const found = await refusedPreview('a.csv', '"id"x,text\n1,好\n', {
    header: true,
    delimiter: ',',
  })
  assert.deepEqual(found, { code: 'import.brokenQuote', line: 1, foundLine: 1 })
})

test('refuses a JSON file that is no array of objects', async () => {
  const found = await refusedPreview('a.json', '[{"text":"好"},\n{"text":"坏"\n', {
    format: 'json',
  })
  assert.deepEqual(found, { code: 'import.jsonBroken', line: 2, expected: 'object', got: null })
})

test('refuses a file that grows while it is read', async () => {
  const path = writeFile('a.txt', '好\n'.repeat(200_000))
  const { plan } = await preview(path)
  const read = async () => {
    for await (const batch of readRows(path, plan)) {
      if (batch.bytesRead < batch.bytesTotal) appendFileSync(path, '坏\n')
    }
  }
  assert.deepEqual(await refusal(read()), { code: 'import.changed', details: { path } })
})
