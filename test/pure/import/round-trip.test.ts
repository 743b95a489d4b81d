import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stream } from '../../../core/random.ts'
import type { Encoding, Format } from '../../../core/import-plan.ts'
import type { ImportedRow } from '../../../main/import/imported-row.ts'
import { preview } from '../../../main/import/preview.ts'
import { encode, readAll, writeFile } from './temporary-files.ts'

interface Written {
  readonly id: string
  readonly text: string
  readonly 分類: string
}
const NAMES = ['id', 'text', '分類'] as const

const SENTENCES = [
  '这家酒店的服务非常好，房间也很干净。',
  '电池不耐用；充一次电只能用半天',
  '味道一般，价格有点贵，不推荐大家买',
  '第一次来，老板很热情，下次还会带朋友来。',
]
/** Of Big5's repertoire, which has no simplified characters. */
const TRADITIONAL = ['這家酒店的服務非常好，房間也很乾淨。', '電池不耐用；充一次電只能用半天']

/** What is added to a sentence to make it hard to write and read. */
const SPICE = ['', '', '"', '""', ',', '\t', ';', '，', ' ', '\\', '{}', '[', ':']
const UNICODE_SPICE = ['😀', '\ufeff', '€', 'é', '\u3000', '\ufffd']
const LINE_BREAKS = ['\n', '\r\n', '\r']

function writtenRows(stream: Stream, format: Format, encoding: Encoding): Written[] {
  const sentences = encoding === 'big5' ? TRADITIONAL : SENTENCES
  const spice = [
    ...SPICE,
    ...(encoding === 'big5' ? [] : UNICODE_SPICE),
    ...(format === 'text' ? [] : LINE_BREAKS),
  ]
  const pick = (from: readonly string[]) => from[stream.below(from.length)]!
  return Array.from({ length: 40 }, (_, i) => ({
    id: `n${i}`,
    // The first text of a file has nothing before it: U+FEFF would be a byte order mark there.
    text:
      (i === 0 ? '' : pick(spice)) + pick(sentences) + pick(spice) + pick(sentences) + pick(spice),
    分類: pick(['好', '', '中,差']),
  }))
}

const quoted = (value: string) =>
  /[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value

const WRITERS: Record<Format, (rows: Written[], lineBreak: string, delimiter: string) => string[]> =
  {
    csv: (rows, lineBreak, delimiter) => [
      NAMES.join(delimiter) + lineBreak,
      ...rows.map((row) => NAMES.map((name) => quoted(row[name])).join(delimiter) + lineBreak),
    ],
    tsv: (rows, lineBreak) => WRITERS.csv(rows, lineBreak, '\t'),
    jsonl: (rows, lineBreak) => rows.map((row) => JSON.stringify(row) + lineBreak),
    json: (rows, lineBreak) => [
      '[' + lineBreak,
      ...rows.map((row, i) => JSON.stringify(row) + (i < rows.length - 1 ? ',' : ']') + lineBreak),
    ],
    text: (rows, lineBreak) => rows.map((row) => row.text + lineBreak),
  }

/** The physical line on which each part starts. */
function startLines(parts: readonly string[]): number[] {
  let line = 1
  return parts.map((part) => {
    const start = line
    line += part.match(/\r\n|\r|\n/g)?.length ?? 0
    return start
  })
}

function expectedRows(rows: readonly Written[], format: Format, lines: number[]): ImportedRow[] {
  return rows.map((row, i) => {
    const line = lines[i + lines.length - rows.length]!
    if (format === 'text') {
      const columns = [['text', row.text] as const]
      return { line, sourceId: null, a: row.text, b: null, columns }
    }
    const columns = NAMES.map((name) => [name, row[name]] as const)
    return { line, sourceId: row.id, a: row.text, b: null, columns }
  })
}

interface Case {
  readonly format: Format
  readonly delimiter: string
  readonly encoding: Encoding
  readonly bom: boolean
  readonly lineBreak: string
  readonly trailing: boolean
}

function* cases(): Generator<Case> {
  const formats: [Format, string][] = [
    ...([',', ';'].map((delimiter) => ['csv', delimiter]) as [Format, string][]),
    ...(['tsv', 'jsonl', 'json', 'text'].map((format) => [format, '\t']) as [Format, string][]),
  ]
  const encodings: [Encoding, boolean][] = [
    ...(['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5'].map((e) => [e, false]) as []),
    ...(['utf-8', 'utf-16le', 'utf-16be', 'gb18030'].map((e) => [e, true]) as []),
  ]
  for (const [format, delimiter] of formats) {
    for (const [encoding, bom] of encodings) {
      for (const lineBreak of LINE_BREAKS) {
        for (const trailing of [true, false]) {
          yield { format, delimiter, encoding, bom, lineBreak, trailing }
        }
      }
    }
  }
}

const EXTENSIONS: Record<Format, string> = {
  ...{ csv: 'csv', tsv: 'tsv', jsonl: 'jsonl', json: 'json', text: 'txt' },
}

async function checkRoundTrip(aCase: Case, seed: number): Promise<void> {
  const { format, delimiter, encoding, bom, lineBreak, trailing } = aCase
  const rows = writtenRows(new Stream(seed, 'rows'), format, encoding)
  const parts = WRITERS[format](rows, lineBreak, delimiter)
  const whole = parts.join('')
  const content = encode(trailing ? whole : whole.slice(0, -lineBreak.length), encoding, bom)
  const path = writeFile(`round.${EXTENSIONS[format]}`, content)
  const { plan } = await preview(path)
  const hasFields = format === 'csv' || format === 'tsv'
  const form = { format, encoding, delimiter: hasFields ? delimiter : null, header: hasFields }
  const { format: f, encoding: e, delimiter: d, header: h } = plan
  assert.deepEqual({ format: f, encoding: e, delimiter: d, header: h }, form)
  assert.deepEqual(await readAll(path, plan), {
    rows: expectedRows(rows, format, startLines(parts)),
    rejected: [],
    blankLines: 0,
  })
}

for (const format of Object.keys(EXTENSIONS) as Format[]) {
  test(`reads back ${format} in every encoding and line break, all of it detected`, async () => {
    let seed = 0
    for (const aCase of cases()) {
      seed++
      if (aCase.format === format) {
        await checkRoundTrip(aCase, seed).catch((error: unknown) => {
          throw new Error(JSON.stringify(aCase), { cause: error })
        })
      }
    }
  })
}
