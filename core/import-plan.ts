import * as v from 'valibot'
import type { ErrorRecord } from './errors.ts'

/** How a file is read: everything that a person may settle about it. */

/** The encodings that can be imported, by their WHATWG names. */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5'] as const

/** How a file is written. `delimiter`, `quoted` and `header` concern CSV and TSV alone. */
const form = {
  format: v.picklist(['csv', 'tsv', 'jsonl', 'json', 'text']),
  /** What stands between fields; null where each record is one field. */
  delimiter: v.nullable(v.string()),
  /** Whether a quote at the start of a field opens a quoted field; otherwise it is a character. */
  quoted: v.boolean(),
  /** Whether the first record names the columns. */
  header: v.boolean(),
}

/** What the columns are for, by name. */
const Column = v.nullable(v.string())
const roles = { text: v.string(), textB: Column, id: Column }

/** All that a read needs to know, so that it never guesses. Plain data: it can be stored and sent. */
export const ImportPlanSchema = v.object({
  ...form,
  ...roles,
  encoding: v.picklist(encodings),
  /** Whether bytes that the encoding does not explain refuse the file or reject their rows. */
  undecodable: v.picklist(['refuse', 'reject']),
})
export type ImportPlan = v.InferOutput<typeof ImportPlanSchema>
export type Encoding = ImportPlan['encoding']
export type Format = ImportPlan['format']
export type FileForm = Pick<ImportPlan, keyof typeof form | 'encoding'>
export type ColumnRoles = Pick<ImportPlan, keyof typeof roles>

/** What is settled before looking; all else is detected and suggested. */
export const PreviewChoiceSchema = v.partial(v.object({ ...form, ...roles, encoding: v.string() }))
export type PreviewChoice = v.InferOutput<typeof PreviewChoiceSchema>

export interface RowRejection {
  readonly line: number
  readonly reason: ErrorRecord
  readonly raw: string
}

export interface FilePreview {
  readonly plan: ImportPlan
  readonly columns: readonly {
    readonly name: string
    readonly filled: number
    readonly distinct: number
    readonly meanLength: number
  }[]
  readonly rows: readonly {
    readonly line: number
    readonly columns: readonly (readonly [name: string, value: string])[]
  }[]
  readonly rejected: readonly RowRejection[]
  readonly undecodable: { readonly line: number; readonly offset: number } | null
  readonly bytesTotal: number
}
