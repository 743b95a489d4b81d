import { fail } from '../../core/errors.ts'
import type { ErrorRecord } from '../../core/errors.ts'
import { RECORD_LIMIT, countLineBreaks, rawExcerpt, rowProblem, uniqueNames } from './records.ts'
import type { RowParser, SourceRow } from './records.ts'

/** How the fields of a record are written. Without delimiter and quotes each line is one field. */
export interface Dialect {
  readonly delimiter: string | null
  readonly quoted: boolean
}

export interface DelimitedRecord {
  readonly line: number
  readonly raw: string
  readonly fields: readonly string[]
  readonly problem?: ErrorRecord
}

/**
 * Splits text into records after RFC 4180, with any of the three line breaks.
 *
 * A quote opens a field only as its first character, so `5" screen` is text. Two faults are told
 * apart. A field that goes on after its closing quote on the same line spoils that line alone. One
 * that does so on a later line, or never closes, has swallowed the rows between: the file is refused
 * with the line on which the quote opened. (csv-parse 7 merges those rows silently when it is lenient,
 * refuses `5" screen` when it is strict, and names the last line in both cases.)
 */
export class DelimitedReader {
  readonly #path: string
  readonly #dialect: Dialect
  readonly #fieldEnd: RegExp
  readonly #lineEnd = /[\r\n]/g
  #text = ''
  #line = 1
  blankLines = 0

  constructor(path: string, dialect: Dialect) {
    this.#path = path
    this.#dialect = dialect
    this.#fieldEnd = fieldEnd(dialect.delimiter)
  }

  push(text: string, isLast: boolean): DelimitedRecord[] {
    return [...this.read(text, isLast)]
  }

  /** The records one by one: who needs only the first ones, or all up to a fault, has them. */
  *read(text: string, isLast: boolean): Generator<DelimitedRecord> {
    this.#text += text
    let start = 0
    while (start < this.#text.length) {
      const parsed = this.#parse(start, isLast)
      if (parsed === undefined) break
      const { end, next, fields, problem } = parsed
      const line = this.#line
      this.#line += countLineBreaks(this.#text, start, next)
      if (end === start) this.blankLines++
      else yield { line, raw: rawExcerpt(this.#text, start, end), fields, problem }
      start = next
    }
    this.#text = this.#text.slice(start)
    if (this.#text.length > RECORD_LIMIT) this.#refuseLong()
  }

  /** The record at `start`, or undefined if more text is needed to see its end. */
  #parse(start: number, isLast: boolean): ParsedRecord | undefined {
    const text = this.#text
    const fields: string[] = []
    for (let at = start; ;) {
      const isQuoted = this.#dialect.quoted && text[at] === '"'
      const close = isQuoted ? closingQuote(text, at) : -1
      if (isQuoted && close < 0) {
        if (!isLast) return undefined
        this.#refuseQuote(start, at, null)
      }
      const end = this.#find(this.#fieldEnd, isQuoted ? close + 1 : at, isLast)
      if (end === undefined) return undefined
      if (isQuoted && end > close + 1) {
        if (countLineBreaks(text, at, close) > 0) this.#refuseQuote(start, at, close)
        return this.#strayQuote(end, fields.length + 1, isLast)
      }
      fields.push(isQuoted ? unquote(text, at, close) : text.slice(at, end))
      if (end === text.length || text[end] !== this.#dialect.delimiter) {
        return { end, next: afterLineBreak(text, end), fields }
      }
      at = end + 1
    }
  }

  /** Index of the next `ending` from `from`, or undefined if more text is needed to find it. */
  #find(ending: RegExp, from: number, isLast: boolean): number | undefined {
    const text = this.#text
    ending.lastIndex = from
    const end = ending.exec(text)?.index ?? text.length
    const isOpen = end === text.length || (text[end] === '\r' && end + 1 === text.length)
    return isOpen && !isLast ? undefined : end
  }

  /** The rest of a line whose field number `field` goes on after its closing quote. */
  #strayQuote(from: number, field: number, isLast: boolean): ParsedRecord | undefined {
    const end = this.#find(this.#lineEnd, from, isLast)
    if (end === undefined) return undefined
    const problem = rowProblem('import.rowStrayQuote', { field })
    return { end, next: afterLineBreak(this.#text, end), fields: [], problem }
  }

  #refuseQuote(start: number, open: number, close: number | null): never {
    const line = this.#line + countLineBreaks(this.#text, start, open)
    const foundLine = close === null ? null : line + countLineBreaks(this.#text, open, close)
    return fail('import.brokenQuote', { path: this.#path, line, foundLine })
  }

  #refuseLong(): never {
    this.#parse(0, true) // An open quote is the likelier reason, and says so.
    return fail('import.recordTooLong', {
      path: this.#path,
      line: this.#line,
      limit: RECORD_LIMIT,
    })
  }
}

/** `end` is where the record ends and `next` where the one after it begins. */
interface ParsedRecord {
  readonly end: number
  readonly next: number
  readonly fields: readonly string[]
  readonly problem?: ErrorRecord
}

/** Matches what ends a field: a line break or the delimiter, which is any other one character. */
function fieldEnd(delimiter: string | null): RegExp {
  if (delimiter === null) return /[\r\n]/g
  if (!/^[^"\r\n]$/.test(delimiter)) fail('import.delimiter', { given: delimiter })
  const code = delimiter.charCodeAt(0).toString(16).padStart(4, '0')
  return new RegExp(`[\\r\\n\\u${code}]`, 'g')
}

/** Index of the quote that closes the one at `open`, or -1. Two quotes in a row are a character. */
function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at
  }
  return -1
}

function unquote(text: string, open: number, close: number): string {
  const inside = text.slice(open + 1, close)
  return inside.includes('""') ? inside.replaceAll('""', '"') : inside
}

function afterLineBreak(text: string, at: number): number {
  if (at >= text.length) return at
  return text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1
}

/** Rows of a delimited file, named by its header or, without one, by position. */
export class DelimitedRows implements RowParser {
  readonly #reader: DelimitedReader
  readonly #path: string
  readonly #hasHeader: boolean
  #names: readonly string[] | undefined

  constructor(path: string, dialect: Dialect & { readonly header: boolean }) {
    this.#reader = new DelimitedReader(path, dialect)
    this.#path = path
    this.#hasHeader = dialect.header
  }

  get blankLines(): number {
    return this.#reader.blankLines
  }

  push(text: string, isLast: boolean): SourceRow[] {
    const records = this.#reader.push(text, isLast)
    if (this.#names === undefined && this.#hasHeader && records.length > 0) {
      this.#names = uniqueNames(this.#headerFields(records.shift()!))
    }
    return records.map((record) => this.#row(record))
  }

  #headerFields({ line, fields, problem }: DelimitedRecord): readonly string[] {
    if (problem === undefined) return fields
    return fail('import.brokenQuote', { path: this.#path, line, foundLine: line })
  }

  #row({ line, raw, fields, problem }: DelimitedRecord): SourceRow {
    if (problem !== undefined) return { line, raw, problem }
    const names = (this.#names ??= uniqueNames(fields.map(() => '')))
    if (fields.length !== names.length) {
      const ragged = rowProblem('import.rowRagged', { expected: names.length, got: fields.length })
      return { line, raw, problem: ragged }
    }
    return { line, raw, columns: fields.map((value, i) => [names[i]!, value] as const) }
  }
}
