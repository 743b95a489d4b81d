import { isBlank } from './check-row.ts'
import { LineRows } from './line-rows.ts'
import type { RowParser } from './records.ts'

/** The name of the only column of a file of plain text. */
export const TEXT_COLUMN = 'text'

/** Plain text: each line with a visible character is a text. */
export function textLines(path: string): RowParser {
  return new LineRows(path, isBlank, (line) => ({ columns: [[TEXT_COLUMN, line]] }))
}
