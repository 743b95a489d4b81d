import { rmSync } from 'node:fs'
import type { DeviceName } from '../../../core/devices.ts'
import { textBatch } from '../../../core/job.ts'
import type { Round, Run, RunResult, TrainOutcome } from '../../../core/records.ts'
import { heldOutShownFrom } from '../../../core/project.ts'
import { unscoredHeldOut } from '../../store/evaluations.ts'
import { importModelAside } from '../../store/in-model-thread.ts'
import { modelById } from '../../store/models.ts'
import type { ReadableDb } from '../../store/database.ts'
import type { OpenProject } from '../../store/open.ts'
import { heldOutIds } from '../../store/pool.ts'
import { keepRound, recordRound, roundInUse } from '../../store/rounds.ts'
import { countRunTexts, finishRun, runById, runOfJob, trainingItems } from '../../store/runs.ts'
import { taskVersion } from '../../store/tasks.ts'
import { compareRounds, heldOutAccuracy } from '../figures.ts'
import { modelFolder, pruneModelFolders, runFolder } from '../model-folders.ts'
import { scoreTexts } from '../score-texts.ts'
import { ownProject, type Work } from '../work.ts'

/** What a training's job was started with, beside the run. */
interface TrainInput {
  readonly checkpointEvery: number
  readonly device?: DeviceName
}

/**
 * A round: trains the run's model from the base, stores it, scores the held-out texts, and keeps the
 * better of this round and the one in use. Each part that is already done is passed over, so a run
 * that was cut off anywhere ends with the same model.
 */
export async function train(work: Work): Promise<TrainOutcome> {
  const project = ownProject(work)
  const run = runOfJob(work.db, work.job)!
  const result = run.result ?? (await trainModel(work, project, run))
  await scoreHeldOut(work, { ...run, result })
  const before = roundInUse(work.db)
  const round = recordRound(work.db, run.id)
  const inUse = keepBetter(work, before, round)
  rmSync(runFolder(project, run.id), { recursive: true, force: true })
  pruneModelFolders(project, [run.base, runById(work.db, inUse.run).result!.model])
  return {
    run: run.id,
    round: round.number,
    inUse: inUse.number,
    finalLoss: result.finalLoss,
    sha256: modelById(work.db, result.model).sha256,
    comparison:
      before && before.number !== round.number ? await compareRounds(work.db, before, round) : null,
  }
}

async function trainModel(work: Work, project: OpenProject, run: Run): Promise<RunResult> {
  const { gold, accepted, rejected } = countRunTexts(work.db, run.id)
  const { checkpointEvery, device } = work.input as TrainInput
  const trained = await work.compute(
    {
      kind: 'train',
      task: taskVersion(work.db, run.taskVersion).task,
      base: await modelFolder(project, run.base),
      recipe: run.recipe,
      seed: run.seed,
      threads: run.threads,
      device,
      texts: gold + accepted + rejected,
      workFolder: runFolder(project, run.id),
      checkpointEvery,
    },
    { texts: () => trainingBatches(work.db, run) },
  )
  work.report({ phase: 'store', done: 0, total: 1, figures: {} })
  const model = await importModelAside(project, trained.model, trained.sha256)
  finishRun(work.db, run.id, model, trained)
  return runById(work.db, run.id).result!
}

function* trainingBatches(db: ReadableDb, run: Run) {
  for (let from = 0; ; from += textBatch) {
    const items = trainingItems(db, run, from, textBatch)
    if (items.length === 0) return
    yield items
  }
}

async function scoreHeldOut(work: Work, run: Run): Promise<void> {
  if (unscoredHeldOut(work.db, run.id) === 0) return
  const { device } = work.input as TrainInput
  const { threads } = run
  await scoreTexts(work, run, heldOutIds(work.db), { threads, device, phase: 'held-out' })
}

/** Keep-best (decision 15): a round comes into use only if it is better on the held-out texts. */
function keepBetter({ db }: Work, before: Round | null, round: Round): Round {
  if (!before) return keepRound(db, round.number, 'first')
  if (before.number === round.number) return before
  const old = heldOutAccuracy(db, before)
  const fresh = heldOutAccuracy(db, round)
  if (!old.accuracy || !fresh.accuracy || fresh.n < heldOutShownFrom) {
    return keepRound(db, round.number, 'unmeasured')
  }
  return fresh.accuracy.value > old.accuracy.value ? keepRound(db, round.number, 'best') : before
}
