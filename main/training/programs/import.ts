import { basename } from 'node:path'
import { fail, ShiliuError } from '../../../core/errors.ts'
import type { ImportPlan } from '../../../core/import-plan.ts'
import type { ImportId } from '../../../core/project.ts'
import type { ImportReport } from '../../../core/records.ts'
import { readRows } from '../../import/read-rows.ts'
import { requireSame, stampOf, type FileStamp } from '../../import/source-file.ts'
import { importReport, ImportWriter } from '../../store/imports.ts'
import { portions } from '../in-turns.ts'
import type { Work } from '../work.ts'

export interface ImportInput {
  readonly path: string
  readonly plan: ImportPlan
}

/** Rows in one transaction: few enough that nothing else waits long. */
const rowsAtOnce = 100

/**
 * Brings a file into the project. The file is read to its end once before anything is written, so
 * that a fault anywhere in it leaves the project as it was. A stopped import keeps the rows that it
 * brought; importing the file again brings the others.
 */
export async function importFile(work: Work): Promise<ImportReport> {
  const { path, plan } = work.input as ImportInput
  const file = await stampOf(path)
  for await (const batch of readRows(path, plan, file)) {
    work.report(bytes('check', batch))
    work.signal.throwIfAborted()
  }
  requireSame(path, file, await stampOf(path))
  const writer = new ImportWriter(work.db, basename(path), plan)
  try {
    for await (const batch of secondReading(work, file, writer.id)) {
      writer.add([], batch.rejected)
      for await (const rows of portions(batch.rows, rowsAtOnce)) {
        writer.add(rows, [])
        work.signal.throwIfAborted()
      }
      work.report(bytes('import', batch))
    }
    return writer.end('done')
  } catch (error) {
    stopped(writer)
    throw error
  }
}

/** What is wrong with the file now was not wrong when it was checked: it has changed since. */
async function* secondReading(work: Work, file: FileStamp, id: ImportId) {
  const { path, plan } = work.input as ImportInput
  try {
    yield* readRows(path, plan, file)
  } catch (error) {
    if (!(error instanceof ShiliuError && error.code.startsWith('import.'))) throw error
    const { added } = importReport(work.db, id)
    fail('import.changedMidway', { path, added })
  }
}

function bytes(
  phase: string,
  { bytesRead, bytesTotal }: { bytesRead: number; bytesTotal: number },
) {
  return { phase, done: bytesRead, total: bytesTotal, figures: {} }
}

/** The import's report is worth less than the reason why it stopped; the next start completes it. */
function stopped(writer: ImportWriter): void {
  try {
    writer.end('stopped')
  } catch {
    return
  }
}
