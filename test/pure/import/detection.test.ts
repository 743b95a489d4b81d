import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { looksLikeHeader } from '../../../main/import/detect-header.ts'
import type { ImportPlan } from '../../../core/import-plan.ts'
import { detectEncoding } from '../../../main/import/detect-encoding.ts'
import { detectForm } from '../../../main/import/detect-form.ts'
import { preview } from '../../../main/import/preview.ts'
import { uniqueNames } from '../../../main/import/records.ts'
import { encode, writeFile } from './temporary-files.ts'

async function planOf(name: string, content: string | Uint8Array): Promise<ImportPlan> {
  return (await preview(writeFile(name, content))).plan
}

/** The named parts of the plan for a file. */
async function planParts<K extends keyof ImportPlan>(
  name: string,
  content: string | Uint8Array,
  ...keys: K[]
): Promise<ImportPlan[K][]> {
  const plan = await planOf(name, content)
  return keys.map((key) => plan[key])
}

test('detects GB18030 in a file of a few characters', async () => {
  const content = encode('类别,文本\n洗发水,一般\n', 'gb18030')
  assert.deepEqual(await planParts('a.csv', content, 'encoding', 'text'), ['gb18030', '文本'])
})

test('tells Big5 from GB18030, whose bytes have the same form', async () => {
  const text = '這家酒店的服務非常好，房間乾淨整潔。\n東西太貴了，質量一般，不推薦大家買。\n'
  assert.equal((await planOf('a.txt', encode(text, 'big5'))).encoding, 'big5')
  assert.equal((await planOf('a.txt', encode(text, 'gb18030'))).encoding, 'gb18030')
})

test('detects UTF-16 without a byte order mark in English too', async () => {
  for (const encoding of ['utf-16le', 'utf-16be'] as const) {
    const content = encode('text,n\nThe room was clean,1\nToo loud,2\n', encoding)
    assert.equal((await planOf('a.csv', content)).encoding, encoding)
  }
})

test('judges by the first line that is not ASCII, however late it comes', async () => {
  const ascii = 'id,text\n' + '12345,all in ASCII here\n'.repeat(60_000)
  const content = Buffer.concat([
    Buffer.from(ascii),
    encode('1,这家酒店很好，服务不错\n', 'gb18030'),
  ])
  assert.equal((await planOf('a.csv', content)).encoding, 'gb18030')
})

test('stays with UTF-8 where a few bytes of it are damaged, and reports the first', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `${i},这家酒店的服务非常好\n`)
  const content = Buffer.from('id,text\n' + lines.join(''))
  const at = content.indexOf('20,') + 3
  content[at] = 0xff
  const { plan, undecodable } = await preview(writeFile('a.csv', content))
  assert.deepEqual([plan.encoding, undecodable], ['utf-8', { line: 22, offset: at }])
})

const DELIMITED: [name: string, text: string, delimiter: string | null][] = [
  ['commas', 'id,text\n1,好；很好\n2,不;好\n', ','],
  ['tabs', 'id\ttext\n1\t好,好\n2\t不好\n', '\t'],
  ['semicolons', 'id;text\n1;1,5 分\n2;不好\n', ';'],
  ['one column', 'text\n好,很好\n不好\n', null],
  ['full-width commas', 'text\n好，很好\n不，好\n', null],
  ['quoted commas', 'id,text\n1,"a;b;c,d"\n2,"a;b,c"\n', ','],
]
for (const [name, text, delimiter] of DELIMITED) {
  test(`detects the delimiter of a CSV file with ${name}`, async () => {
    assert.equal((await planOf('a.csv', text)).delimiter, delimiter)
  })
}

const FORMATS: [name: string, file: string, text: string, format: string][] = [
  ['JSON Lines in a file called .json', 'a.json', '{"text":"好"}\n{"text":"坏"}\n', 'jsonl'],
  ['an array in a file called .json', 'a.json', ' [\n{"text":"好"}]', 'json'],
  ['an array in a file called .jsonl', 'a.jsonl', '[{"text":"好"}]', 'json'],
  ['plain text', 'a.txt', '今天天气好\n明天, 也好\n', 'text'],
  ['tabs in a file called .txt', 'a.txt', '今天天气好\t1\n明天也好\t2\n', 'tsv'],
  ['JSON Lines without an extension', 'a', '{"text":"好"}\n', 'jsonl'],
  ['an array without an extension', 'a', '[ {"text":"好"}]', 'json'],
  ['CSV without an extension', 'a', 'id,text\n1,好\n2,坏\n', 'csv'],
  ['text without an extension', 'a', '今天天气好，出去玩\n明天也好\n', 'text'],
]
for (const [name, file, text, format] of FORMATS) {
  test(`detects ${name}`, async () => {
    assert.equal((await planOf(file, text)).format, format)
  })
}

test('takes quotes in a TSV file for characters where quoting would spoil it', async () => {
  const tsv = 'text\tlabel\n"好"极了\t1\n"不好\t0\n一般\t1\n'
  assert.deepEqual(await planParts('a.tsv', tsv, 'quoted', 'delimiter'), [false, '\t'])
  const quotedTsv = 'text\tlabel\n"好\t极了"\t1\n一般\t1\n'
  assert.deepEqual(await planParts('a.tsv', quotedTsv, 'quoted'), [true])
})

const HEADERS: [name: string, records: string[][], isHeader: boolean][] = [
  [
    'known names',
    [
      ['id', 'text'],
      ['1', '好'],
    ],
    true,
  ],
  [
    'Chinese names',
    [
      ['编号', '评论内容'],
      ['1', '好'],
    ],
    true,
  ],
  ['a known name alone', [['Text'], ['好']], true],
  [
    'names in full width',
    [
      ['ＩＤ', 'ｔｅｘｔ'],
      ['1', '好'],
    ],
    true,
  ],
  [
    'words above numbers',
    [
      ['星级', '说法'],
      ['5', '好'],
      ['1', '差'],
    ],
    true,
  ],
  [
    'a missing name above numbers',
    [
      ['', 'says', 'n'],
      ['0', '好', '5'],
      ['1', '差', '4'],
    ],
    true,
  ],
  [
    'a short field above long ones',
    [['甲', '乙'], ...twice(['x', '这家酒店的服务非常好啊真好'])],
    true,
  ],
  [
    'a number',
    [
      ['1', 'text'],
      ['2', '好'],
    ],
    false,
  ],
  [
    'a value that comes again',
    [['正面', '好'], ...twice(['正面', '这家酒店的服务非常好啊'])],
    false,
  ],
  [
    'values like those below',
    [
      ['好评', '很喜欢这家'],
      ['差评', '再也不来了'],
    ],
    false,
  ],
  [
    'a sentence',
    [
      ['今天真好。', 'x'],
      ['1', '2'],
    ],
    false,
  ],
  ['one column of texts', [['好'], ...twice(['这家酒店的服务非常好啊真好'])], false],
  ['nothing', [], false],
]
function twice(record: string[]): string[][] {
  return [record, [...record]]
}
for (const [name, records, isHeader] of HEADERS) {
  test(`takes a first record with ${name} for ${isHeader ? 'a header' : 'data'}`, () => {
    assert.equal(looksLikeHeader(records), isHeader)
  })
}

test('names columns without a header by their position', async () => {
  const { plan, rows } = await preview(writeFile('a.csv', '1,好\n2,坏\n'))
  assert.equal(plan.header, false)
  const columns = [
    ['column 1', '1'],
    ['column 2', '好'],
  ]
  assert.deepEqual(rows[0]!.columns, columns)
})

test('makes missing and repeated names unique and leaves the others alone', () => {
  const names = ['', 'a', 'a', 'a (2)', ' ', 'column 1', 'a']
  const unique = ['column 1 (2)', 'a', 'a (3)', 'a (2)', 'column 5', 'column 1', 'a (4)']
  assert.deepEqual(uniqueNames(names), unique)
})

test('suggests text, id and label by name and content', async () => {
  const csv = 'cat,label,review\n书籍,1,内容很好值得一看\n平板,0,屏幕碎了\n平板,1,不错\n'
  const parts = await planParts('a.csv', csv, 'text', 'id')
  assert.deepEqual(parts, ['review', null])
})

test('an unclosed quote is looked at once, however many lines follow it', (t) => {
  const searched = (lines: number) => {
    const exec = t.mock.method(RegExp.prototype, 'exec')
    const text = `id,text\n1,好\n2,"没有闭合\n${'3,x\n'.repeat(lines)}`
    const form = detectForm({ path: 'a.csv', text, isWhole: true }, {})
    exec.mock.restore()
    assert.deepEqual([form.delimiter, form.header], [',', true])
    return exec.mock.callCount()
  }
  assert.equal(searched(2000), searched(400))
})

test('a large file is judged in slices between which everything else has its turn', async () => {
  const text = '这家酒店的服务非常好，房间也很干净\n'.repeat(40_000)
  for (const encoding of ['gb18030', 'utf-16le'] as const) {
    const bytes = encode(text, encoding)
    let turns = 0
    let isOver = false
    const others = (async () => {
      for (; !isOver; turns++) await setImmediate()
    })()
    const sample = { start: bytes, telling: bytes, tellingOffset: 0, reachesEnd: true }
    const found = await detectEncoding(sample)
    isOver = true
    await others
    assert.deepEqual([found.kind === 'found' && found.encoding, turns >= 8], [encoding, true])
  }
})

test('suggests both texts of a pair', async () => {
  const line = '{"id": 7, "sentence1": "叫爸爸", "sentence2": "叫一声", "label": "1"}\n'
  const parts = await planParts('a.jsonl', line, 'text', 'textB', 'id')
  assert.deepEqual(parts, ['sentence1', 'sentence2', 'id'])
})

test('suggests no id that repeats and takes the longest column for text', async () => {
  const csv = 'id,甲,乙\n1,短,这是一段比较长的话\n1,句,那也是一段比较长的话\n'
  assert.deepEqual(await planParts('a.csv', csv, 'text', 'id'), ['乙', null])
})

test('lets a person overrule every guess', async () => {
  const path = writeFile('a.txt', 'x;1;好\ny;2;坏\n')
  const choice = { delimiter: ';', header: false, text: 'column 3', id: 'column 1' }
  const { plan } = await preview(path, { format: 'csv', ...choice })
  assert.deepEqual(plan, {
    ...{ format: 'csv', encoding: 'utf-8', delimiter: ';', quoted: true, header: false },
    ...{ text: 'column 3', textB: null, id: 'column 1', undecodable: 'refuse' },
  })
})

test('shows the first 50 rows and the rows that would be left out', async () => {
  const lines = Array.from({ length: 80 }, (_, i) => (i === 3 ? `${i},\n` : `${i},好${i}\n`))
  const shown = await preview(writeFile('a.csv', 'id,text\n' + lines.join('')))
  assert.equal(shown.rows.length, 50)
  assert.deepEqual(shown.rejected, [
    { line: 5, raw: '3,', reason: { code: 'import.rowEmpty', details: { column: 'text' } } },
  ])
})
