import { fail } from '../../core/errors.ts'
import type { ErrorDetails } from '../../core/errors.ts'
import { endOfValue, objectColumns, skipSpace } from './json-value.ts'
import { LineRows } from './line-rows.ts'
import { RECORD_LIMIT, countLineBreaks, rawExcerpt } from './records.ts'
import type { RowParser, SourceRow } from './records.ts'

/** JSON Lines: one object on each line. */
export function jsonLines(path: string): RowParser {
  return new LineRows(path, (line) => line.trim() === '', objectColumns)
}

/** What the array of a JSON file goes on with. */
type Expected = ErrorDetails<'import.jsonBroken'>['expected']

/** A JSON array of objects, one element at a time, so that its size does not matter. */
export class JsonArray implements RowParser {
  readonly #path: string
  #text = ''
  /** A carriage return that ends a piece: it may be half of a line break. */
  #heldReturn: '' | '\r' = ''
  #line = 1
  #expected: Expected = 'array'
  readonly blankLines = 0

  constructor(path: string) {
    this.#path = path
  }

  push(text: string, isLast: boolean): SourceRow[] {
    this.#text += this.#heldReturn + text
    this.#heldReturn = ''
    if (!isLast && this.#text.endsWith('\r')) {
      this.#heldReturn = '\r'
      this.#text = this.#text.slice(0, -1)
    }
    const rows: SourceRow[] = []
    let at = this.#pass(0, skipSpace(this.#text, 0))
    while (at < this.#text.length) {
      const end = this.#step(at, rows)
      if (end < 0) break
      at = this.#pass(at, skipSpace(this.#text, end))
    }
    this.#text = this.#text.slice(at)
    if (this.#text.length > RECORD_LIMIT) {
      fail('import.recordTooLong', { path: this.#path, line: this.#line, limit: RECORD_LIMIT })
    }
    if (isLast && (this.#text !== '' || this.#expected !== 'nothing')) this.#refuse(null)
    return rows
  }

  /** Reads the token at `at` and returns where it ends, or -1 if more text is needed. */
  #step(at: number, rows: SourceRow[]): number {
    const token = this.#text[at]!
    if (this.#expected === 'array' && token === '[') return this.#after(at, 'objectOrEnd')
    if (this.#expected === 'commaOrEnd' && token === ',') return this.#after(at, 'object')
    if (this.#expected.endsWith('OrEnd') && token === ']') return this.#after(at, 'nothing')
    if (!this.#expected.startsWith('object') || ',]}:'.includes(token)) this.#refuse(token)
    const end = endOfValue(this.#text, at)
    if (end < 0) return -1
    const raw = rawExcerpt(this.#text, at, end)
    rows.push({ line: this.#line, raw, ...objectColumns(this.#text.slice(at, end)) })
    this.#expected = 'commaOrEnd'
    return end
  }

  #after(at: number, expected: Expected): number {
    this.#expected = expected
    return at + 1
  }

  #pass(from: number, to: number): number {
    this.#line += countLineBreaks(this.#text, from, to)
    return to
  }

  #refuse(got: string | null): never {
    const expected = this.#expected
    return fail('import.jsonBroken', { path: this.#path, line: this.#line, expected, got })
  }
}
