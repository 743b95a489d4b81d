import { fail } from '../../core/errors.ts'
import type { ErrorRecord } from '../../core/errors.ts'
import { importedRow } from './check-row.ts'
import { UNDECODABLE } from './decoder.ts'
import type { ImportPlan } from '../../core/import-plan.ts'
import type { ImportedRow } from './imported-row.ts'
import type { ReadRow, SourceRow } from './records.ts'
import { resolveEncoding } from './resolve-encoding.ts'
import { SourceFile, type FileStamp } from './source-file.ts'
import { sourceRows } from './source-rows.ts'

/** A row that was left out: why, and its first 200 characters. */
export interface RejectedRow {
  readonly line: number
  readonly reason: ErrorRecord
  readonly raw: string
}

export interface ImportBatch {
  readonly rows: readonly ImportedRow[]
  readonly rejected: readonly RejectedRow[]
  /** Blank lines passed over so far in the file: they are neither rows nor rejected. */
  readonly blankLines: number
  readonly bytesRead: number
  readonly bytesTotal: number
}

/**
 * The rows of a file in batches, each from about 256 KiB of it, by a plan that the caller has
 * settled (`preview` proposes one).
 *
 * A fault that spoils a row rejects the row. A fault that spoils the file (undecodable bytes, a quote
 * that is never closed) ends the generator with an error of the catalogue, perhaps after many batches:
 * keep nothing of a file until the generator has ended. Who reads a file
 * twice passes its stamp, so that the second reading sees what the first one did.
 */
export async function* readRows(
  path: string,
  plan: ImportPlan,
  expected?: FileStamp,
): AsyncGenerator<ImportBatch> {
  const source = await SourceFile.open(path, expected)
  try {
    await resolveEncoding(source, plan.encoding)
    let hasColumns = false
    for await (const block of sourceRows(source, plan, plan.undecodable)) {
      const { blankLines, bytesRead } = block
      const rows: ImportedRow[] = []
      const rejected: RejectedRow[] = []
      for (const row of block.rows) {
        if (!hasColumns && 'columns' in row && plan.format !== 'jsonl' && plan.format !== 'json') {
          requireColumns(path, plan, row)
          hasColumns = true
        }
        const result = 'columns' in row ? importedRow(row.line, row.columns, plan) : row.problem
        if ('code' in result) rejected.push(rejection(row, result))
        else rows.push(result)
      }
      yield { rows, rejected, blankLines, bytesRead, bytesTotal: source.size }
    }
  } finally {
    await source.close()
  }
}

/** The report on a row that was left out. */
export function rejection({ line, raw }: SourceRow, reason: ErrorRecord): RejectedRow {
  return { line, reason, raw: raw.replaceAll(UNDECODABLE, '\ufffd').toWellFormed() }
}

/** Rows of one file share their columns, save in JSON, where each row is judged by itself. */
function requireColumns(path: string, plan: ImportPlan, row: ReadRow): void {
  const columns = row.columns.map(([name]) => name)
  for (const column of [plan.text, plan.textB, plan.id]) {
    if (column !== null && !columns.includes(column)) {
      fail('import.columnMissing', { path, column, columns })
    }
  }
}
