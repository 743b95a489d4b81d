import { fail } from '../../core/errors.ts'
import type { Handler } from '../../core/contract.ts'
import type { Round } from '../../core/records.ts'
import { exportedFiles, verifyChecksums } from '../export/checksums.ts'
import { requireFree } from '../export/free-folder.ts'
import { roundByNumber, roundInUse } from '../store/rounds.ts'
import type { Session } from './session.ts'

export function exportService(session: Session) {
  function chosenRound(number: number | undefined): Round {
    const inUse = roundInUse(session.db) ?? fail('round.none', {})
    return number === undefined ? inUse : roundByNumber(session.db, number)
  }
  const start: Handler<'export.start'> = ({ folder, round, temperature, int8, threads }) => {
    const path = session.place(folder)
    const chosen = chosenRound(round)
    requireFree(path)
    const input = {
      folder: path,
      round: chosen.number,
      temperature,
      int8,
      threads: session.threads(threads),
    }
    return { job: session.begin(session.work, 'export', input) }
  }
  const measureInt8: Handler<'export.measureInt8'> = ({ round, temperature, threads }) => {
    const { number } = chosenRound(round)
    const input = { round: number, temperature, threads: session.threads(threads) }
    return { job: session.begin(session.work, 'int8', input) }
  }
  const files: Handler<'export.files'> = ({ folder }) => exportedFiles(session.place(folder))
  const verify: Handler<'export.verify'> = async ({ folder }) => {
    await verifyChecksums(session.place(folder))
    return null
  }
  return {
    'export.start': start,
    'export.measureInt8': measureInt8,
    'export.files': files,
    'export.verify': verify,
  }
}
