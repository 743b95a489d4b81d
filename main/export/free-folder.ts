import { existsSync, readdirSync, statSync } from 'node:fs'
import { fail } from '../../core/errors.ts'

/** A folder that is not there or empty may be taken. Error: `export.folderExists`. */
export function requireFree(folder: string): void {
  if (!existsSync(folder)) return
  const isEmpty = statSync(folder).isDirectory() && readdirSync(folder).length === 0
  if (!isEmpty) fail('export.folderExists', { folder })
}
