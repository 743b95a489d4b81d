import { setImmediate } from 'node:timers/promises'
import type { DeviceName } from '../../core/devices.ts'
import type { ErrorCode, ErrorDetails, ErrorRecord } from '../../core/errors.ts'
import type { Handler } from '../../core/contract.ts'
import { mostEstimated, type Recipe } from '../../core/job.ts'
import { heldOutShownFrom, type ModelId } from '../../core/project.ts'
import type { Round, Run, RunReport, RunTexts } from '../../core/records.ts'
import type { Task } from '../../core/task.ts'
import { includedBase } from '../base-models.ts'
import { transaction, type ReadableDb } from '../store/database.ts'
import { heldOutClasses } from '../store/evaluations.ts'
import { checkpointsOf, jobById } from '../store/jobs.ts'
import { modelById } from '../store/models.ts'
import { chooseBase, projectSeed } from '../store/project.ts'
import { allRounds, roundInUse } from '../store/rounds.ts'
import {
  allRuns,
  countPlannedTexts,
  countRunTexts,
  createRun,
  emptyClasses,
  longestPlanned,
} from '../store/runs.ts'
import { currentTask, requireTask } from '../store/tasks.ts'
import { countTexts } from '../store/texts.ts'
import { heldOutFigures } from '../training/figures.ts'
import { finishNeighbourScan } from '../training/in-turns.ts'
import type { Session } from './session.ts'
import { baseModel, importBase, startOf } from './model-source.ts'

export function trainService(session: Session) {
  const start: Handler<'train.start'> = async (input) => {
    const { writable: db, work } = session
    const task = requireTask(db)
    await finishNeighbourScan(db)
    const base = await startingModel(session, input.base)
    const job = transaction(db, () => {
      const { checkpointEvery, device } = input
      const id = work.create('train', { checkpointEvery, device })
      chooseBase(db, modelById(db, base).sha256)
      createRun(db, {
        job: id,
        task,
        parent: roundInUse(db)?.run ?? null,
        base,
        recipe: input.recipe,
        seed: input.seed ?? projectSeed(db),
        threads: session.threads(input.threads),
        pseudo: input.pseudo,
      })
      return id
    })
    session.resume(work, job, 'train')
    return { job }
  }
  const plan: Handler<'train.plan'> = async ({ base, recipe, seed, threads }) => {
    const { db } = session
    const task = currentTask(db)?.task
    const { recipe: full, obstacles } = task
      ? await trainingOf(session, task, base, recipe)
      : { recipe: null, obstacles: [record('task.none', {})] }
    return {
      base: await startingName(session, base),
      recipe: full,
      seed: seed ?? projectSeed(db),
      threads: session.threads(threads),
      texts: task ? plannedTexts(db, task) : { gold: 0, accepted: 0, rejected: 0 },
      obstacles: [...(countTexts(db) === 0 ? [record('train.noTexts', {})] : []), ...obstacles],
    }
  }
  const choose: Handler<'train.chooseBase'> = async ({ name }) => {
    const { sha256 } = await session.bases.get(name)
    chooseBase(session.writable, sha256)
    return null
  }
  const memory: Handler<'train.memory'> = async ({ base, recipe, device = 'cpu' }) => {
    const { db } = session
    const task = currentTask(db)?.task
    if (!task) return null
    const { gold, accepted, rejected } = plannedTexts(db, task)
    const { folder: model } = await baseModel(session, base)
    const texts =
      gold === 0 ? [] : longestPlanned(db, task, roundInUse(db)?.run ?? null, mostEstimated)
    const count = gold + accepted + rejected
    const question = { kind: 'memory', task, model, device, recipe, count, texts } as const
    return (await session.assist.ask(question)).memory
  }
  return {
    'train.chooseBase': choose,
    'train.start': start,
    'train.plan': plan,
    'train.memory': memory,
    'train.runs': () => reports(session.db),
  }
}

/** The recipe in full, and what of the task or its labels keeps a run from starting. */
async function trainingOf(
  session: Session,
  task: Task,
  base: string | undefined,
  chosen: Partial<Recipe>,
): Promise<{ recipe: Recipe | null; obstacles: ErrorRecord[] }> {
  const { gold, accepted, rejected } = plannedTexts(session.db, task)
  const { folder } = await baseModel(session, base)
  const { findings, recipe } = await session.assist.ask({
    kind: 'check',
    task,
    model: folder,
    training: { texts: gold + accepted + rejected, recipe: chosen },
  })
  const unsound = findings.filter((f) => f.severity === 'error').map((f) => f.error)
  const names = emptyClasses(session.db, task)
  const unlabelled = names.length > 0 ? [record('task.emptyClass', { names })] : []
  return { recipe: recipe ?? null, obstacles: [...unsound, ...unlabelled] }
}

function plannedTexts(db: ReadableDb, task: Task): RunTexts {
  return countPlannedTexts(db, task, roundInUse(db)?.run ?? null)
}

function record<C extends ErrorCode>(code: C, details: ErrorDetails<C>): ErrorRecord {
  return { code, details }
}

async function reports(db: ReadableDb): Promise<RunReport[]> {
  const rounds = new Map(allRounds(db).map((round) => [round.run, round]))
  const found: RunReport[] = []
  for (const run of allRuns(db).reverse()) {
    found.push(await report(db, run, rounds.get(run.id)))
    await setImmediate()
  }
  return found
}

async function report(db: ReadableDb, run: Run, round: Round | undefined): Promise<RunReport> {
  const { state, error, input } = jobById(db, run.job)
  const { n, accuracy } = round ? await heldOutFigures(db, round) : { n: 0, accuracy: null }
  const classes = heldOutClasses(db, run.id)
  const measured = classes.reduce((sum, { count }) => sum + count, 0)
  const hasCollapsed = classes.length === 1 && measured >= heldOutShownFrom
  return {
    ...run,
    baseSha256: modelById(db, run.base).sha256,
    state,
    error,
    device: (input as { device?: DeviceName }).device ?? 'cpu',
    checkpoint: checkpointsOf(db, run.job)[0]?.step ?? null,
    texts: countRunTexts(db, run.id),
    round: round?.number ?? null,
    heldOut: n,
    accuracy,
    collapsedTo: hasCollapsed ? classes[0]!.class : null,
  }
}

/** The base model that the run begins with, in the project. */
async function startingModel(session: Session, named: string | undefined): Promise<ModelId> {
  const start = await startOf(session, named)
  if (start.kind === 'lastRun') return start.model
  return importBase(session, 'name' in start ? start.name : undefined)
}

/** The name of that model; null where it has none. */
async function startingName(session: Session, named: string | undefined): Promise<string | null> {
  const { bases, db } = session
  const start = await startOf(session, named)
  if (start.kind === 'default') return includedBase
  if (start.kind === 'lastRun') return bases.nameOf(modelById(db, start.model).sha256)
  return bases.folderOf(start.name) === null ? null : start.name
}
