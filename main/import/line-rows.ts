import { DelimitedReader } from './delimited.ts'
import type { ReadRow, RowParser, SourceRow, SpoiltRow } from './records.ts'

/** What a line says: its columns, or what is wrong with it. */
type Content = Pick<ReadRow, 'columns'> | Pick<SpoiltRow, 'problem'>

/** A file in which every line is a row; lines that are empty separate and are no rows. */
export class LineRows implements RowParser {
  readonly #reader: DelimitedReader
  readonly #isEmpty: (line: string) => boolean
  readonly #read: (line: string) => Content
  #blank = 0

  constructor(path: string, isEmpty: (line: string) => boolean, read: (line: string) => Content) {
    this.#reader = new DelimitedReader(path, { delimiter: null, quoted: false })
    this.#isEmpty = isEmpty
    this.#read = read
  }

  get blankLines(): number {
    return this.#reader.blankLines + this.#blank
  }

  push(text: string, isLast: boolean): SourceRow[] {
    const records = this.#reader.push(text, isLast)
    const filled = records.filter(({ fields }) => !this.#isEmpty(fields[0]!))
    this.#blank += records.length - filled.length
    return filled.map(({ line, raw, fields }) => ({ line, raw, ...this.#read(fields[0]!) }))
  }
}
