import { readFileSync } from 'node:fs'
import type { ExportResult } from '../../core/job.ts'
import type { RunId } from '../../core/project.ts'
import type { Audit, Int8Report, Round } from '../../core/records.ts'
import type { ReadableDb } from '../store/database.ts'
import { auditsOf } from '../store/audits.ts'
import { modelById } from '../store/models.ts'
import { projectRecord } from '../store/project.ts'
import { runProvenance } from '../store/provenance.ts'
import { allRounds } from '../store/rounds.ts'
import { countRunTexts, runById } from '../store/runs.ts'
import { taskVersion } from '../store/tasks.ts'
import { heldOutAccuracy, heldOutFigures } from '../training/figures.ts'
import type { ModelCardData } from './model-card.ts'

export interface ExportDetails {
  readonly temperature: number
  readonly exportedAt: Date
  readonly result: ExportResult
  readonly int8: Int8Report | null
}

/** What the model card of a round says, read from the project. */
export async function cardData(
  db: ReadableDb,
  round: Round,
  details: ExportDetails,
): Promise<ModelCardData> {
  const run = runById(db, round.run)
  const { model, recipe, environment, steps, finalLoss } = run.result!
  const { temperature, exportedAt, result, int8 } = details
  return {
    name: projectRecord(db).name,
    exportedAt,
    program: `Shiliu ${programVersion()}`,
    ...taskVersion(db, run.taskVersion),
    round: round.number,
    seed: run.seed,
    steps,
    finalLoss,
    recipe,
    environment,
    sha256: modelById(db, model).sha256,
    base: modelById(db, run.base).sha256,
    texts: countRunTexts(db, round.run),
    provenance: runProvenance(db, round.run),
    heldOut: { ...(await heldOutFigures(db, round)), compared: countMeasured(db) },
    audits: auditsBefore(db, run.parent),
    temperature,
    modelMaxLength: result.modelMaxLength,
    parity: result.parity,
    int8: int8 && { ...int8, parity: result.int8Parity },
  }
}

/** The rounds that could have been chosen by their figures. */
function countMeasured(db: ReadableDb): number {
  return allRounds(db).filter((round) => heldOutAccuracy(db, round).accuracy !== null).length
}

/** The audits of the runs that this one goes back to: behind them stand its accepted proposals. */
function auditsBefore(db: ReadableDb, run: RunId | null): Audit[] {
  if (run === null) return []
  return [...auditsBefore(db, runById(db, run).parent), ...auditsOf(db, run)]
}

function programVersion(): string {
  const path = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
