import { DelimitedReader } from './delimited.ts'
import { isBlank } from './check-row.ts'
import type { RowParser, SourceRow } from './records.ts'

/** The name of the only column of a file of plain text. */
export const TEXT_COLUMN = 'text'

/** Plain text: each line is a text; lines without a visible character separate and are no texts. */
export class TextLines implements RowParser {
  readonly #reader: DelimitedReader
  #blank = 0

  constructor(path: string) {
    this.#reader = new DelimitedReader(path, { delimiter: null, quoted: false })
  }

  get blankLines(): number {
    return this.#reader.blankLines + this.#blank
  }

  push(text: string, isLast: boolean): SourceRow[] {
    const records = this.#reader.push(text, isLast)
    const filled = records.filter(({ fields }) => !isBlank(fields[0]!))
    this.#blank += records.length - filled.length
    return filled.map(({ line, raw, fields }) => ({
      line,
      raw,
      columns: [[TEXT_COLUMN, fields[0]!]],
    }))
  }
}
