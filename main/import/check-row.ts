import type { ErrorRecord } from '../../core/errors.ts'
import { UNDECODABLE } from './decoder.ts'
import type { ColumnRoles } from '../../core/import-plan.ts'
import type { ImportedRow } from './imported-row.ts'
import { rowProblem } from './records.ts'
import type { Columns } from './records.ts'

/** The longest text that is taken, in bytes of UTF-8. */
export const TEXT_LIMIT_BYTES = 1024 * 1024

/** Whether a text shows nothing: it is empty, or all spaces and characters that are never seen. */
export function isBlank(text: string): boolean {
  return !/[^\p{White_Space}\p{Default_Ignorable_Code_Point}]/u.test(text)
}

/** The imported row that these columns make, or the reason why they make none. */
export function importedRow(
  line: number,
  columns: Columns,
  roles: ColumnRoles,
): ImportedRow | ErrorRecord {
  const broken = columnProblem(columns)
  if (broken !== undefined) return broken
  const a = valueOf(columns, roles.text)
  const b = valueOf(columns, roles.textB)
  const problem = textProblem(roles.text, a) ?? textProblem(roles.textB, b)
  if (problem !== undefined) return problem
  return {
    line,
    sourceId: valueOf(columns, roles.id) || null,
    a: a!,
    b: b ?? null,
    columns,
  }
}

function valueOf(columns: Columns, name: string | null): string | undefined {
  return name === null ? undefined : columns.find((column) => column[0] === name)?.[1]
}

/** What no column may hold, since neither the store nor a model could keep it as it is. */
function columnProblem(columns: Columns): ErrorRecord | undefined {
  for (const [column, value] of columns) {
    if (value.includes('\0')) return rowProblem('import.rowNul', { column })
    if (value.includes(UNDECODABLE) || !value.isWellFormed()) {
      return rowProblem('import.rowUndecodable', { column })
    }
  }
  return undefined
}

function textProblem(column: string | null, text: string | undefined): ErrorRecord | undefined {
  if (column === null) return undefined
  if (text === undefined) return rowProblem('import.rowColumnMissing', { column })
  if (isBlank(text)) return rowProblem('import.rowEmpty', { column })
  const isShort = text.length * 3 <= TEXT_LIMIT_BYTES
  const bytes = isShort ? 0 : Buffer.byteLength(text)
  if (bytes <= TEXT_LIMIT_BYTES) return undefined
  return rowProblem('import.rowTooLong', { column, bytes, limit: TEXT_LIMIT_BYTES })
}
