import { fail, fromRecord, ShiliuError } from '../../core/errors.ts'
import { preview } from '../import/preview.ts'
import { readRows } from '../import/read-rows.ts'

/**
 * The rows of a small file of answers (CSV, TSV or JSON Lines) as objects. `required` are the columns
 * that must be there, each under one of several names; the first name is the key in the result.
 */
export async function readTable(
  path: string,
  required: readonly (readonly string[])[],
): Promise<Record<string, string>[]> {
  const { columns } = await preview(path, { text: await anyColumn(path, required[0]!) })
  const names = columns.map((column) => column.name)
  const found = required.map((aliases) => {
    const name = aliases.find((alias) => names.includes(alias))
    return name ?? fail('import.columnMissing', { path, column: aliases[0]!, columns: names })
  })
  const { plan } = await preview(path, { text: found[0]!, textB: null, id: null })
  const rows: Record<string, string>[] = []
  for await (const batch of readRows(path, plan)) {
    const [bad] = batch.rejected
    if (bad) throw fromRecord({ ...bad.reason, where: `${path}:${bad.line}` })
    for (const row of batch.rows) {
      const own = Object.fromEntries(row.columns)
      found.forEach((name, i) => (own[required[i]![0]!] = own[name] ?? ''))
      rows.push(own)
    }
  }
  return rows
}

/** The first of the names that the file has; looking at a file needs one column that is there. */
async function anyColumn(path: string, aliases: readonly string[]): Promise<string> {
  for (const name of aliases) {
    try {
      await preview(path, { text: name })
      return name
    } catch (error) {
      if (!(error instanceof ShiliuError && error.code === 'import.columnMissing')) throw error
    }
  }
  return aliases[0]!
}
