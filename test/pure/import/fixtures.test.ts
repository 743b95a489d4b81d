import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ImportPlan } from '../../../core/import-plan.ts'
import { preview } from '../../../main/import/preview.ts'
import { readAll } from './temporary-files.ts'

/** Files that Python's csv, json and codecs wrote, as spreadsheets and scripts do. */
const FOLDER = join(import.meta.dirname, '../../fixtures/import')

async function imported(name: string) {
  const path = join(FOLDER, name)
  const { plan } = await preview(path)
  const { rows, rejected } = await readAll(path, plan)
  const texts = rows.map(({ line, sourceId, a, b }) => [line, sourceId, a, b])
  return { plan, texts, rejected: rejected.map(({ line, reason }) => [line, reason.code]) }
}

const ROLES = { text: '评论内容', textB: null, id: '编号' }
const FORM = { format: 'csv', encoding: 'utf-8', delimiter: ',', quoted: true, header: true }
const SPREADSHEETS: Record<string, Partial<ImportPlan>> = {
  'excel-gb18030.csv': { encoding: 'gb18030' },
  'excel-unicode-text.txt': { format: 'tsv', encoding: 'utf-16le', delimiter: '\t' },
  'excel-utf8-bom.csv': {},
  'semicolon.csv': { delimiter: ';' },
}

for (const [name, differences] of Object.entries(SPREADSHEETS)) {
  test(`imports ${name} without a question`, async () => {
    assert.deepEqual(await imported(name), {
      plan: { ...FORM, ...ROLES, undecodable: 'refuse', ...differences },
      texts: [
        [2, '001', '早上下的单，下午就送到了，包装完好😀', null],
        [3, '002', '老板说"不甜不要钱"，\r\n结果真的不甜', null],
        [5, '003', '第3次回购，价格1,299元', null],
        [7, '005', '䶮字也认得，㐂字也认得', null],
      ],
      rejected: [[6, 'import.rowEmpty']],
    })
  })
}

test('imports pandas-big5.csv, whose first column has no name', async () => {
  const { plan, texts, rejected } = await imported('pandas-big5.csv')
  assert.deepEqual([plan.encoding, plan.text], ['big5', '文章'])
  assert.deepEqual(texts[2], [4, null, '品質不錯，價錢也合理，下次再買。', null])
  assert.deepEqual([texts.length, rejected], [3, []])
})

test('imports ascii-escapes.jsonl with its pairs and long ids', async () => {
  const { texts } = await imported('ascii-escapes.jsonl')
  assert.deepEqual(texts, [
    [1, '12345678901234567890', '叫爸爸', '叫一声'],
    [2, '12345678901234567891', '今天几号😀', '今天是几号'],
  ])
})
