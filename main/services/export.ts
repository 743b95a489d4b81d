import { fail } from '../../core/errors.ts'
import type { Handler } from '../../core/contract.ts'
import { exportedFiles, verifyChecksums } from '../export/checksums.ts'
import { requireFree } from '../export/free-folder.ts'
import { roundByNumber, roundInUse } from '../store/rounds.ts'
import type { Session } from './session.ts'

export function exportService(session: Session) {
  const start: Handler<'export.start'> = ({ folder, round, temperature, threads }) => {
    const path = session.place(folder)
    const { db, work } = session
    const inUse = roundInUse(db) ?? fail('round.none', {})
    const chosen = round === undefined ? inUse : roundByNumber(db, round)
    requireFree(path)
    const input = {
      folder: path,
      round: chosen.number,
      temperature,
      threads: session.threads(threads),
    }
    return { job: session.begin(work, 'export', input) }
  }
  const files: Handler<'export.files'> = ({ folder }) => exportedFiles(session.place(folder))
  const verify: Handler<'export.verify'> = async ({ folder }) => {
    await verifyChecksums(session.place(folder))
    return null
  }
  return { 'export.start': start, 'export.files': files, 'export.verify': verify }
}
