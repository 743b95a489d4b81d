import { fail } from '../../core/errors.ts'
import { importedRow } from './check-row.ts'
import { decodeLeniently } from './decoder.ts'
import { detectForm } from './detect-form.ts'
import type { FormChoice, Head } from './detect-form.ts'
import { byteOrderMark, encodingNamed } from './encodings.ts'
import type { Encoding, ColumnRoles, FileForm, ImportPlan } from '../../core/import-plan.ts'
import { rejection } from './read-rows.ts'
import type { RejectedRow } from './read-rows.ts'
import type { ReadRow, SourceRow } from './records.ts'
import { resolveEncoding } from './resolve-encoding.ts'
import { SourceFile } from './source-file.ts'
import { sourceRows } from './source-rows.ts'
import { suggestRoles, summariseColumns } from './suggest-roles.ts'
import type { ColumnSummary } from './suggest-roles.ts'

const PREVIEW_ROWS = 50
const SAMPLE_ROWS = 1000
const SAMPLE_BYTES = 1024 * 1024
const HEAD_BYTES = 256 * 1024

/** What a person has settled before the preview; all else is detected and suggested. */
export interface PreviewChoice extends FormChoice, Partial<ColumnRoles> {
  /** Any usual name of an encoding. It is refused where the file does not fit it. */
  readonly encoding?: string
}

export interface Preview {
  /** What `readRows` would do, ready to be changed. */
  readonly plan: ImportPlan
  readonly columns: readonly ColumnSummary[]
  /** The first 50 rows that could be taken apart, with all their columns. */
  readonly rows: readonly ReadRow[]
  /** The rows among the first 1,000 or so that the plan leaves out. */
  readonly rejected: readonly RejectedRow[]
  /** The first bytes in the part looked at that the encoding does not explain. */
  readonly undecodable: { readonly line: number; readonly offset: number } | null
  readonly bytesTotal: number
}

/**
 * Looks at the beginning of a file and proposes how to import it.
 *
 * Refuses what can never be imported: an empty file, a folder, binary data, an encoding that is not
 * known or was declared wrongly, a file without text.
 */
export async function preview(path: string, choice: PreviewChoice = {}): Promise<Preview> {
  const source = await SourceFile.open(path)
  try {
    const declared = choice.encoding === undefined ? undefined : encodingNamed(choice.encoding)
    const encoding = await resolveEncoding(source, declared)
    const form = { encoding, ...detectForm(await headOf(source, encoding), choice) }
    const sampled = await sampleRows(source, form)
    return { ...previewOf(path, form, choice, sampled), bytesTotal: source.size }
  } finally {
    await source.close()
  }
}

async function headOf(source: SourceFile, encoding: Encoding): Promise<Head> {
  const bytes = await source.read(0, HEAD_BYTES)
  const isWhole = bytes.length === source.size
  const text = bytes.subarray(byteOrderMark(bytes)?.length ?? 0)
  return { path: source.path, text: decodeLeniently(text, encoding, isWhole), isWhole }
}

interface Sampled {
  readonly rows: readonly SourceRow[]
  readonly undecodable: Preview['undecodable']
}

async function sampleRows(source: SourceFile, form: FileForm): Promise<Sampled> {
  const rows: SourceRow[] = []
  let undecodable: Preview['undecodable'] = null
  for await (const block of sourceRows(source, form, 'reject')) {
    rows.push(...block.rows)
    if (block.undecodable !== undefined && undecodable === null) {
      const { offset } = block.undecodable
      undecodable = { line: await source.lineAt(offset, form.encoding), offset }
    }
    if (rows.length >= SAMPLE_ROWS || (rows.length > 0 && block.bytesRead >= SAMPLE_BYTES)) break
  }
  return { rows, undecodable }
}

function previewOf(
  path: string,
  form: FileForm,
  choice: PreviewChoice,
  { rows: sampled, undecodable }: Sampled,
): Omit<Preview, 'bytesTotal'> {
  const rows = sampled.filter((row) => 'columns' in row)
  if (rows.length === 0) refuseRowless(path, form, sampled)
  const columns = summariseColumns(rows.map((row) => row.columns))
  const roles = rolesOf(path, choice, columns, rows.length)
  const plan: ImportPlan = { ...form, ...roles, undecodable: 'refuse' }
  const rejected = sampled.flatMap((row) => {
    const result = 'columns' in row ? importedRow(row.line, row.columns, plan) : row.problem
    return 'code' in result ? [rejection(row, result)] : []
  })
  return { plan, columns, rows: rows.slice(0, PREVIEW_ROWS), rejected, undecodable }
}

function refuseRowless(path: string, form: FileForm, rows: readonly SourceRow[]): never {
  const first = rows[0]
  if (first !== undefined) fail('import.noUsableRow', { path, line: first.line, raw: first.raw })
  return form.header ? fail('import.noRows', { path }) : fail('import.empty', { path })
}

function rolesOf(
  path: string,
  choice: PreviewChoice,
  columns: readonly ColumnSummary[],
  rowCount: number,
): ColumnRoles {
  const names = columns.map((column) => column.name)
  const suggested = suggestRoles(columns, rowCount)
  const text = choice.text ?? suggested.text
  if (text === null) fail('import.noTextColumn', { path, columns: names })
  const pick = (role: 'textB' | 'id') => {
    if (choice[role] !== undefined) return choice[role]
    return suggested[role] === text ? null : suggested[role]
  }
  const textB = choice.text !== undefined && choice.textB === undefined ? null : pick('textB')
  const roles = { text, textB, id: pick('id') }
  for (const column of Object.values(roles)) {
    if (column !== null && !names.includes(column)) {
      fail('import.columnMissing', { path, column, columns: names })
    }
  }
  return roles
}
