import { resolve } from 'node:path'
import type { Handler } from '../../core/contract.ts'
import { transaction } from '../store/database.ts'
import { importModelAside } from '../store/in-model-thread.ts'
import { projectSeed } from '../store/project.ts'
import { roundInUse } from '../store/rounds.ts'
import { createRun } from '../store/runs.ts'
import { requireTask } from '../store/tasks.ts'
import { finishNeighbourScan } from '../training/in-turns.ts'
import type { Session } from './session.ts'

export function trainService(session: Session) {
  const start: Handler<'train.start'> = async (input) => {
    const { project, writable: db, work } = session
    const task = requireTask(db)
    await finishNeighbourScan(db)
    const base = await importModelAside(project, resolve(input.base ?? session.defaultBase))
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
