import * as v from 'valibot'
import type { ErrorRecord } from './errors.ts'

/** How a file is read: everything that a person may settle about it. */

const Column = v.nullable(v.string())
const form = {
  format: v.picklist(['csv', 'tsv', 'jsonl', 'json', 'text']),
  delimiter: v.nullable(v.string()),
  quoted: v.boolean(),
  header: v.boolean(),
}
const roles = { text: v.string(), textB: Column, id: Column, label: Column }

export const ImportPlanSchema = v.object({
  ...form,
  ...roles,
  encoding: v.picklist(['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5']),
  undecodable: v.picklist(['refuse', 'reject']),
})
export type ImportPlan = v.InferOutput<typeof ImportPlanSchema>

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
