import { pairOf, rankOfName } from './column-names.ts'
import type { NamedRole } from './column-names.ts'
import { isNumber } from './detect-header.ts'
import type { ColumnRoles } from '../../core/import-plan.ts'
import type { Columns } from './records.ts'

/** What the first rows tell of a column. */
export interface ColumnSummary {
  readonly name: string
  /** Rows, of those looked at, that have a value here. */
  readonly filled: number
  readonly distinct: number
  /** Mean length of the values, in characters. */
  readonly meanLength: number
  /** Whether some value holds a letter, a Han character or a pictograph. */
  readonly hasWords: boolean
  readonly isNumeric: boolean
}

/** A summary of every column that occurs in `rows`, in order of first appearance. */
export function summariseColumns(rows: readonly Columns[]): ColumnSummary[] {
  const values = new Map<string, string[]>()
  for (const row of rows) {
    for (const [name, value] of row) {
      const seen = values.get(name) ?? []
      if (seen.length === 0) values.set(name, seen)
      seen.push(value)
    }
  }
  return [...values].map(([name, all]) => summarise(name, all))
}

function summarise(name: string, values: readonly string[]): ColumnSummary {
  const filled = values.filter((value) => value.trim() !== '')
  const characters = filled.reduce((sum, value) => sum + value.length, 0)
  return {
    name,
    filled: filled.length,
    distinct: new Set(filled).size,
    meanLength: characters / Math.max(1, filled.length),
    hasWords: filled.some((value) => /[\p{L}\p{Extended_Pictographic}]/u.test(value)),
    isNumeric: filled.length > 0 && filled.every(isNumber),
  }
}

/** What the columns are probably for; `text` is null where no column holds any word. */
export function suggestRoles(
  columns: readonly ColumnSummary[],
  rowCount: number,
): Omit<ColumnRoles, 'text'> & { readonly text: string | null } {
  const wordy = columns.filter((column) => column.hasWords && !column.isNumeric)
  const pair = pairOf(wordy.map((column) => column.name))
  const text = pair?.[0] ?? bestNamed('text', wordy)?.name ?? longest(wordy)?.name ?? null
  const textB = pair?.[1] ?? null
  const others = columns.filter(({ name }) => name !== text && name !== textB)
  const unique = others.filter(({ filled, distinct }) => filled === rowCount && distinct === filled)
  const id = bestNamed('id', unique)?.name ?? null
  return { text, textB, id }
}

function bestNamed(role: NamedRole, columns: readonly ColumnSummary[]): ColumnSummary | undefined {
  return columns
    .filter((column) => rankOfName(role, column.name) >= 0)
    .sort((x, y) => rankOfName(role, x.name) - rankOfName(role, y.name))[0]
}

function longest(columns: readonly ColumnSummary[]): ColumnSummary | undefined {
  return [...columns].sort((x, y) => y.meanLength - x.meanLength)[0]
}
