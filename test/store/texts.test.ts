import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImportedRow } from '../../main/import/imported-row.ts'
import type { ReadableDb, WritableDb } from '../../main/store/database.ts'
import { setLabels } from '../../main/store/labels.ts'
import { ImportWriter, importReports, rejectedRows } from '../../main/store/imports.ts'
import { fold } from '../../main/store/fold.ts'
import {
  columnValues,
  findPart,
  requireColumn,
  listTexts,
  originalColumns,
  textByOriginalId,
  textsByIds,
  type TextFilter,
} from '../../main/store/texts.ts'
import { plansOf } from './query-plan.ts'
import { drawHeldOut } from '../../main/store/held-out.ts'
import type { TextId } from '../../core/project.ts'
import { findTexts } from '../../main/training/in-turns.ts'
import { addTexts, fill, reopen, tempProject } from './temp-project.ts'

const everything = { after: 0, limit: 100 }

test('search finds one, two and more Chinese characters, and words by their beginning', (t) => {
  const { writable: db } = tempProject(t)
  const texts = [
    '这个手机很好用',
    '手感一般，机身太重',
    '物流很慢',
    'The iPhone 15 arrived',
    'café au lait',
    '𠮷野家 よい',
    '100% 😀',
  ]
  fill(db, texts)
  const found = (query: string) =>
    listTexts(db, { query }, everything).map((x) => texts.indexOf(x.a))
  const cases: Record<string, number[]> = {
    手: [0, 1],
    手机: [0],
    很好用: [0],
    '手机 用': [0],
    '很 慢': [2],
    慢很: [],
    iph: [3],
    IPHONE: [3],
    phone: [],
    ｉＰｈｏｎｅ: [3],
    cafe: [4],
    '𠮷': [5],
    い: [5],
    '"': [],
    'a" OR "手': [],
    '😀': [6],
    '%': [6],
  }
  const got = Object.fromEntries(Object.keys(cases).map((query) => [query, found(query)]))
  assert.deepEqual(got, cases)
})

test('folding unites full width, compatibility forms and kinds of space', () => {
  assert.equal(fold('　ＡＢＣ\t１２\r\n ﬁ '), 'ABC 12 fi')
})

test('texts are listed by label, class and scope, in pages', (t) => {
  const { writable: db } = tempProject(t)
  const ids = fill(db, 5)
  setLabels(db, [
    { text: ids[0]!, mark: { state: 'class', class: 'c1' }, origin: 'human' },
    { text: ids[1]!, mark: { state: 'none' }, origin: 'human' },
  ])
  const listed = (filter: object, page = everything) => listTexts(db, filter, page).map((x) => x.id)
  assert.deepEqual(
    [
      listed({ label: 'any' }),
      listed({ label: 'none' }),
      listed({ label: 'unlabelled' }),
      listed({ class: 'c1' }),
      listed({ class: 'c2' }),
      listed({ scope: 'pool' }, { after: 2, limit: 2 }),
    ],
    [[1], [2], [3, 4, 5], [1], [], [3, 4]],
  )
})

test('all ids that a filter leaves are found, also where it takes several parts', async (t) => {
  const { writable: db } = tempProject(t)
  fill(
    db,
    Array.from(
      { length: 60 },
      (_, i) => `第${i}条${i % 3 === 0 ? '手机' : '物流'}${i % 7 ? '' : '😀'}`,
    ),
  )
  drawHeldOut(db, { size: 10, seed: 1 })
  setLabels(
    db,
    [3, 4, 6, 7, 9].map((id) => ({
      text: id as TextId,
      mark: id === 7 ? { state: 'none' } : { state: 'class', class: id % 2 ? 'c1' : 'c2' },
      origin: 'human' as const,
    })),
  )
  const filters: TextFilter[] = [
    {},
    { query: '手' },
    { query: '手机', label: 'unlabelled' },
    { query: '机', scope: 'heldout' },
    { query: '😀' },
    { query: '手', class: 'c2' },
    { label: 'any', scope: 'pool' },
    { label: 'none' },
    { query: '没有' },
  ]
  for (const filter of filters) {
    const listed = listTexts(db, filter, everything).map(({ id }) => id)
    assert.deepEqual([await findTexts(db, filter), inParts(db, filter, 4)], [listed, listed])
  }
})

/** What a filter leaves, gone through in parts that look at no more than `size` texts or hits. */
function inParts(db: ReadableDb, filter: TextFilter, size: number): TextId[] {
  const ids: TextId[] = []
  for (let after: number | null = 0; after !== null;) {
    const part = findPart(db, filter, { after, size })
    assert.ok(part.ids.length <= size)
    ids.push(...part.ids)
    after = part.next
  }
  return ids
}

test('texts are given in the order of their ids asked for, and an unknown id is refused', (t) => {
  const { writable: db } = tempProject(t)
  const [one, two, three] = fill(db, 3) as [TextId, TextId, TextId]
  setLabels(db, [{ text: three, mark: { state: 'none' }, origin: 'human' }])
  const rows = textsByIds(db, [three, one, two])
  assert.deepEqual(
    rows.map(({ id, label }) => [id, label]),
    [
      [three, { state: 'none' }],
      [one, null],
      [two, null],
    ],
  )
  assert.throws(() => textsByIds(db, [one, 99 as TextId]), { code: 'text.unknown' })
})

test('the report of an import says how its file was read', (t) => {
  const { writable: db } = tempProject(t)
  const writer = new ImportWriter(db, 'x.csv', { encoding: 'gb18030', text: '内容' })
  assert.deepEqual(writer.end('done').plan, { encoding: 'gb18030', text: '内容' })
})

const row = (line: number, a: string, sourceId: string | null = null): ImportedRow => ({
  line,
  sourceId,
  a,
  b: null,
  columns: [
    ['编号', sourceId ?? ''],
    ['label', '旧'],
    ['内容', a],
  ],
})

test('original ids and every original column are kept, also one that is called label', (t) => {
  const { writable: db } = tempProject(t)
  fill(db, 0)
  const writer = new ImportWriter(db, '数据.csv', {})
  writer.add(
    [
      row(2, '好', 'A-1'),
      {
        ...row(3, '坏', 'A-2'),
        columns: [
          ['内容', '坏'],
          ['多', 'x'],
        ],
      },
    ],
    [],
  )
  writer.end('done')
  const id = textByOriginalId(db, 'A-2')
  assert.deepEqual(originalColumns(db, textByOriginalId(db, 'A-1')), {
    编号: 'A-1',
    label: '旧',
    内容: '好',
  })
  assert.deepEqual(originalColumns(db, id), { 内容: '坏', 多: 'x' })
  assert.deepEqual(columnValues(db, '多', 'train', { after: 0, to: 9 }), [{ id, value: 'x' }])
  assert.throws(() => requireColumn(db, '无'), { code: 'text.noColumn' })
})

test('an original id that stands for two texts is refused', (t) => {
  const { writable: db } = tempProject(t)
  const writer = new ImportWriter(db, 'x.csv', {})
  writer.add([row(2, '好', 'A'), row(3, '坏', 'A')], [])
  assert.throws(() => textByOriginalId(db, 'A'), { code: 'text.ambiguous' })
  assert.throws(() => textByOriginalId(db, 'B'), { code: 'text.unknown' })
})

test('importing a file again adds nothing, and a longer version adds only what is new', (t) => {
  const { writable: db } = tempProject(t)
  fill(db, 0)
  const counts = () =>
    importReports(db)
      .slice(1)
      .map((r) => [r.added, r.repeated])
  addTexts(db, ['好', '好', '差'])
  addTexts(db, ['好', '好', '差'])
  addTexts(db, ['好', '差', '好', '好', '新'])
  assert.deepEqual(counts(), [
    [3, 0],
    [0, 3],
    [2, 3],
  ])
})

test('a row that differs in any column from an earlier one is another row', (t) => {
  const { writable: db } = tempProject(t)
  const add = (rows: readonly ImportedRow[]) => {
    const writer = new ImportWriter(db, 'x.csv', {})
    writer.add(rows, [])
    return writer.end('done').added
  }
  assert.deepEqual(
    [add([row(2, '好', 'A')]), add([row(2, '好', 'B')]), add([row(9, '好', 'A')])],
    [1, 1, 0],
  )
})

test('rows are known again by an index, however many say the same or are the same', (t) => {
  const project = tempProject(t)
  const bring = (db: WritableDb) => {
    const writer = new ImportWriter(db, 'x.csv', {})
    writer.add([row(2, '好'), row(3, '好'), row(4, '好', 'A')], [])
    return writer.end('done')
  }
  bring(project.writable)
  const db = reopen(t, project)
  const steps = plansOf(db, () => bring(db)).flat()
  const range = (sign: string) =>
    `SEARCH text USING COVERING INDEX text_by_row_print (row_print=? AND import_id${sign}?)`
  assert.deepEqual(
    steps.filter((step) => /^(SEARCH|SCAN) text\b/.test(step)),
    [range('<'), range('>')],
  )
  assert.equal(db.prepare('SELECT count(*) FROM temp.seen_row').pluck().get(), 0)
})

test('an import that was cut off is finished by importing the file again', (t) => {
  const { writable: db } = tempProject(t)
  const cutOff = new ImportWriter(db, 'x.csv', {})
  cutOff.add([row(2, '一'), row(3, '二')], [])
  const again = new ImportWriter(db, 'x.csv', {})
  again.add([row(2, '一'), row(3, '二'), row(4, '三'), row(5, '二')], [])
  assert.deepEqual([again.end('done').added, again.end('done').repeated], [2, 2])
})

test('rejected rows are reported with line, reason and how they began', (t) => {
  const { writable: db } = tempProject(t)
  const writer = new ImportWriter(db, 'x.csv', {})
  const rejected = {
    line: 7,
    reason: { code: 'import.rowEmpty', details: { column: '内容' } },
    raw: '7,,',
  }
  writer.add([row(2, '好')], [rejected])
  assert.deepEqual(rejectedRows(db, writer.id, { offset: 0, limit: 10 }), [rejected])
  assert.equal(writer.end('done').rejected, 1)
})
