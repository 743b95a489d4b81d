import { existsSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fail } from '../../../core/errors.ts'
import type { TextId } from '../../../core/project.ts'
import { Stream } from '../../../core/random.ts'
import type { ExportOutcome, Int8Report } from '../../../core/records.ts'
import { cardData } from '../../export/card-data.ts'
import { finishExport } from '../../export/finish-export.ts'
import { requireFree } from '../../export/free-folder.ts'
import { allLabels } from '../../store/labels.ts'
import { projectSeed } from '../../store/project.ts'
import { roundByNumber } from '../../store/rounds.ts'
import { runById } from '../../store/runs.ts'
import { taskVersion } from '../../store/tasks.ts'
import { collectPool, textBatches } from '../in-turns.ts'
import { modelFolder } from '../model-folders.ts'
import { ownProject, type Work } from '../work.ts'
import { int8ReportOf, measureInt8, type Int8Input } from './int8.ts'

export interface ExportInput {
  readonly folder: string
  readonly round: number
  readonly temperature: number
  readonly int8: boolean
  readonly threads: number
}

/** Texts of the pool that take part in the parity check, beside all labelled ones. */
const poolTexts = 200

/**
 * Exports a round as a folder that works without this program. It appears under its name only when it
 * is complete: parity measured, card and checksums written. Errors: `export.folderExists`,
 * `export.int8Differs`, `export.int8TooFew`.
 */
export async function exportModel(work: Work): Promise<ExportOutcome> {
  const { db } = work
  const { folder, round: number, temperature, int8: wantsInt8, threads } = work.input as ExportInput
  requireFree(folder)
  const round = roundByNumber(db, number)
  const run = runById(db, round.run)
  const { model, recipe } = run.result!
  const int8 = wantsInt8 ? await passedInt8(work, { round: number, temperature, threads }) : null
  const ids = await parityTexts(work, round.run)
  const part = stagingFolder(folder)
  const clear = () => rmSync(part, { recursive: true, force: true })
  try {
    const result = await work.compute(
      {
        kind: 'export',
        task: taskVersion(db, run.taskVersion).task,
        model: await modelFolder(ownProject(work), model),
        folder: part,
        temperature,
        threads,
        maxTokens: recipe.maxTokens,
        texts: ids.length,
        ...(int8 && { int8: { shift: [...int8.shift] } }),
      },
      {
        texts: () => {
          clear()
          return textBatches(db, ids)
        },
      },
    )
    const card = await cardData(db, round, { temperature, exportedAt: new Date(), result, int8 })
    const files = await finishExport(part, card)
    requireFree(folder)
    if (existsSync(folder)) rmdirSync(folder)
    renameSync(part, folder)
    return { ...result, files, folder, round: number, int8 }
  } finally {
    clear()
  }
}

/**
 * The measurement by which this round's int8 model may leave: the one that it passed, or one made now,
 * for the pool may have grown since. Refuses what does not pass.
 */
async function passedInt8(work: Work, input: Int8Input): Promise<Int8Report> {
  const known = int8ReportOf(work.db, input)
  const report = known?.verdict === 'passed' ? known : await measureInt8(work, input)
  const { same, verdict } = report
  if (verdict === 'passed') return report
  const { successes, n, low, high } = same
  const details = { same: successes, n, low, high }
  return verdict === 'failed'
    ? fail('export.int8Differs', details)
    : fail('export.int8TooFew', details)
}

/** Beside the folder, so that giving it its name is one step; by a name that nobody else chooses. */
function stagingFolder(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.shiliu-export`)
}

async function parityTexts(work: Work, run: Parameters<typeof collectPool>[1]): Promise<TextId[]> {
  const labelled = allLabels(work.db).map((label) => label.text)
  const pool = await collectPool(work.db, run, work.signal)
  const stream = new Stream(projectSeed(work.db), 'export', run)
  const all = new Set([...labelled, ...stream.sample(pool, poolTexts)])
  return [...all].sort((x, y) => x - y)
}
