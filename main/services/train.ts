import type { Handler } from '../../core/contract.ts'
import type { ModelId } from '../../core/project.ts'
import { transaction } from '../store/database.ts'
import { importModelAside } from '../store/in-model-thread.ts'
import { projectSeed } from '../store/project.ts'
import { roundInUse } from '../store/rounds.ts'
import { allRuns, createRun } from '../store/runs.ts'
import { requireTask } from '../store/tasks.ts'
import { finishNeighbourScan } from '../training/in-turns.ts'
import type { Session } from './session.ts'

export function trainService(session: Session) {
  const start: Handler<'train.start'> = async (input) => {
    const { writable: db, work } = session
    const task = requireTask(db)
    await finishNeighbourScan(db)
    const base = await baseModel(session, input.base)
    const job = transaction(db, () => {
      const id = work.create('train', { checkpointEvery: input.checkpointEvery })
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
  return { 'train.start': start }
}

/** The base model that is named, or that of the latest run, or the one that comes with the program. */
async function baseModel(session: Session, named: string | undefined): Promise<ModelId> {
  const last = allRuns(session.db).at(-1)
  if (named === undefined && last) return last.base
  return importModelAside(session.project, session.baseFolder(named))
}
