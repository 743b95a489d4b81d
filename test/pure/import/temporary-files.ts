import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import iconv from 'iconv-lite'
import type { Encoding, ImportPlan } from '../../../core/import-plan.ts'
import type { ImportedRow } from '../../../main/import/imported-row.ts'
import { readRows } from '../../../main/import/read-rows.ts'
import type { RejectedRow } from '../../../main/import/read-rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'shiliu-import-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let count = 0

/** Writes a file into this test's own folder and returns its path. */
export function writeFile(name: string, content: string | Uint8Array): string {
  const path = join(folder, `${count++}-${name}`)
  writeFileSync(path, content)
  return path
}

export function encode(text: string, encoding: Encoding, addBOM = false): Buffer {
  return iconv.encode(addBOM && encoding === 'gb18030' ? `\ufeff${text}` : text, encoding, {
    addBOM,
  })
}

export interface ReadFile {
  readonly rows: ImportedRow[]
  readonly rejected: RejectedRow[]
  readonly blankLines: number
}

/** All of a file by a plan. */
export async function readAll(path: string, plan: ImportPlan): Promise<ReadFile> {
  const rows: ImportedRow[] = []
  const rejected: RejectedRow[] = []
  let blankLines = 0
  for await (const batch of readRows(path, plan)) {
    rows.push(...batch.rows)
    rejected.push(...batch.rejected)
    blankLines = batch.blankLines
  }
  return { rows, rejected, blankLines }
}

/** A plan for CSV with a header and a column called `text`. */
export function csvPlan(changes: Partial<ImportPlan> = {}): ImportPlan {
  return {
    ...{ format: 'csv', encoding: 'utf-8', delimiter: ',', quoted: true, header: true },
    ...{ text: 'text', textB: null, id: null, undecodable: 'refuse' },
    ...changes,
  }
}
