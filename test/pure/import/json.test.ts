import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonArray, jsonLines as linesOf } from '../../../main/import/json-rows.ts'
import type { RowParser, SourceRow } from '../../../main/import/records.ts'

function rows(parser: RowParser, pieces: readonly string[]): SourceRow[] {
  return pieces.flatMap((piece, i) => parser.push(piece, i === pieces.length - 1))
}
const array = (...pieces: string[]) => rows(new JsonArray('a.json'), pieces)
const jsonLines = (text: string) => rows(linesOf('a.jsonl'), [text])
const columns = (found: SourceRow[]) => found.map((row) => ('columns' in row ? row.columns : row))

test('keeps the values of an object in their order and as they are written', () => {
  const line =
    '{"10": "a\\n\\u597d", "2": 12345678901234567890, "n": null, "b": true, "deep": {"x": [1, "]"]}}'
  assert.deepEqual(columns(jsonLines(line)), [
    [
      ['10', 'a\n好'],
      ['2', '12345678901234567890'],
      ['n', ''],
      ['b', 'true'],
      ['deep', '{"x": [1, "]"]}'],
    ],
  ])
})

test('keeps both values of a name that an object has twice', () => {
  assert.deepEqual(columns(jsonLines('{"a":1,"a":2,"a (2)":3,"__proto__":"p"}')), [
    [
      ['a', '1'],
      ['a (3)', '2'],
      ['a (2)', '3'],
      ['__proto__', 'p'],
    ],
  ])
})

test('rejects a line that is no JSON object and reads the others', () => {
  const found = jsonLines('{"a":1}\r\n{"a":\n[1]\n\n"x"\nnull\n{"a":2}')
  const codes = found.map((row) => [row.line, 'problem' in row ? row.problem.code : 'row'])
  assert.deepEqual(codes, [
    [1, 'row'],
    [2, 'import.rowNotJson'],
    [3, 'import.rowNotObject'],
    [5, 'import.rowNotObject'],
    [6, 'import.rowNotObject'],
    [7, 'row'],
  ])
})

const ARRAY = '\r\n[\r\n  {"a": "}]\\"{[", "b": [1, {"c": 2}]},\r\n  {"a": 2e5}\r,{}\n]\r\n'

test('reads an array of objects with the line on which each starts', () => {
  const found = array(ARRAY)
  assert.deepEqual(
    found.map((row) => row.line),
    [3, 4, 5],
  )
  assert.deepEqual(columns(found), [
    [
      ['a', '}]"{['],
      ['b', '[1, {"c": 2}]'],
    ],
    [['a', '2e5']],
    [],
  ])
})

test('reads the same array wherever it is cut into pieces', () => {
  const whole = array(ARRAY)
  for (let cut = 0; cut <= ARRAY.length; cut++) {
    assert.deepEqual(array(ARRAY.slice(0, cut), ARRAY.slice(cut)), whole)
  }
  assert.deepEqual(array(...ARRAY, ''), whole)
})

test('rejects an element of an array that is no object', () => {
  const found = array('[1, "a", {"a": x}, {"a": 1}]')
  const codes = found.map((row) => ('problem' in row ? row.problem.code : 'row'))
  assert.deepEqual(codes, [
    'import.rowNotObject',
    'import.rowNotObject',
    'import.rowNotJson',
    'row',
  ])
})

const BROKEN: [text: string, line: number, expected: string, got: string | null][] = [
  ['{"data": []}', 1, 'array', '{'],
  ['[{"a":1}\n{"a":2}]', 2, 'commaOrEnd', '{'],
  ['[{"a":1},\n]', 2, 'object', ']'],
  ['[{"a":1}]\n\nx', 3, 'nothing', 'x'],
  ['[\n{"a":1},\n{"a":"open}]\n', 3, 'object', null],
  ['[{"a":1},', 1, 'object', null],
]

for (const [text, line, expected, got] of BROKEN) {
  test(`refuses the array ${JSON.stringify(text)}`, () => {
    const details = { path: 'a.json', line, expected, got }
    assert.throws(() => array(text), { code: 'import.jsonBroken', details })
  })
}
