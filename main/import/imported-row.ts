/** One text, or pair of texts, as the file has it. */
export interface ImportedRow {
  /** The physical line, from 1, on which the row starts. */
  readonly line: number
  readonly sourceId: string | null
  readonly a: string
  readonly b: string | null
  /** Every column of the row, the chosen ones too, in the order of the file. Names are unique. */
  readonly columns: readonly (readonly [name: string, value: string])[]
}
