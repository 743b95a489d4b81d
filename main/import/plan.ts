import type { Encoding } from './encodings.ts'

export type Format = 'csv' | 'tsv' | 'jsonl' | 'json' | 'text'

/** How a file is written. `delimiter`, `quoted` and `header` concern CSV and TSV alone. */
export interface FileForm {
  readonly format: Format
  readonly encoding: Encoding
  /** What stands between fields; null where each record is one field. */
  readonly delimiter: string | null
  /** Whether a quote at the start of a field opens a quoted field; otherwise it is a character. */
  readonly quoted: boolean
  /** Whether the first record names the columns. */
  readonly header: boolean
}

/** What the columns are for, by name. */
export interface ColumnRoles {
  readonly text: string
  readonly textB: string | null
  readonly id: string | null
  readonly label: string | null
}

/** All that a read needs to know, so that it never guesses. Plain data: it can be stored and sent. */
export interface ImportPlan extends FileForm, ColumnRoles {
  /** Whether bytes that the encoding does not explain refuse the file or reject their rows. */
  readonly undecodable: 'refuse' | 'reject'
}

/** One text, or pair of texts, as the file has it. */
export interface ImportedRow {
  /** The physical line, from 1, on which the row starts. */
  readonly line: number
  readonly sourceId: string | null
  readonly a: string
  readonly b: string | null
  /** The value of the label column; null where it is empty or no column was chosen. */
  readonly label: string | null
  /** Every column of the row, the chosen ones too, in the order of the file. Names are unique. */
  readonly columns: readonly (readonly [name: string, value: string])[]
}
