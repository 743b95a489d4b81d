import type { ErrorCode, ErrorDetails, ErrorRecord } from '../../core/errors.ts'

/** The columns of one row by name, as the file has them and in its order. Names are unique. */
export type Columns = readonly (readonly [name: string, value: string])[]

/** One row of a file. `line` counts from 1; `raw` is its beginning. */
export interface ReadRow {
  readonly line: number
  readonly raw: string
  readonly columns: Columns
}

/** A row that could not be taken apart. */
export interface SpoiltRow {
  readonly line: number
  readonly raw: string
  readonly problem: ErrorRecord
}

export type SourceRow = ReadRow | SpoiltRow

/** Takes decoded text piece by piece and gives the rows that are complete. */
export interface RowParser {
  push(text: string, isLast: boolean): SourceRow[]
  /** Lines that held nothing and were passed over. */
  readonly blankLines: number
}

/** No record may be longer: what is, has lost a line break, a bracket or a quote. In UTF-16 units. */
export const RECORD_LIMIT = 16 * 1024 * 1024
const RAW_LENGTH = 200

export function rowProblem<C extends ErrorCode>(code: C, details: ErrorDetails<C>): ErrorRecord {
  return { code, details }
}

/** The beginning of a record, for a report on it; a character is never cut in half. */
export function rawExcerpt(text: string, start: number, end: number): string {
  const stop = Math.min(end, start + RAW_LENGTH)
  const splitsPair = stop < end && (text.charCodeAt(stop - 1) & 0xfc00) === 0xd800
  return text.slice(start, splitsPair ? stop - 1 : stop)
}

/** Line breaks (LF, CR or CRLF, each one) in `text` from `start` to `end`. */
export function countLineBreaks(text: string, start: number, end: number): number {
  let count = 0
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x0a || (code === 0x0d && !(i + 1 < end && text.charCodeAt(i + 1) === 0x0a))) {
      count++
    }
  }
  return count
}

/** The names with repeated ones numbered and missing ones called after their position. */
export function uniqueNames(names: readonly string[]): string[] {
  const given = new Set(names)
  const used = new Set<string>()
  return names.map((name, i) => {
    const base = name.trim() === '' ? `column ${i + 1}` : name
    let unique = base
    for (let n = 2; used.has(unique) || (unique !== name && given.has(unique)); n++) {
      unique = `${base} (${n})`
    }
    used.add(unique)
    return unique
  })
}
