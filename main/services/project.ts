import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { TaskDefinitionSchema, type Handler } from '../../core/contract.ts'
import type { ProjectInfo } from '../../core/records.ts'
import { preview } from '../import/preview.ts'
import { createProject, openProject } from '../store/open.ts'
import { projectRecord } from '../store/project.ts'
import { roundInUse } from '../store/rounds.ts'
import { currentTask, saveTask } from '../store/tasks.ts'
import { countTexts } from '../store/texts.ts'
import { labelSummary } from './label-summary.ts'
import type { Session } from './session.ts'
import { taskOf } from './task.ts'

const sampleName = '日常点评'

export function projectService(session: Session) {
  const create: Handler<'project.create'> = async ({ path, name, seed }) => {
    const options = name === undefined ? { seed } : { name, seed }
    await session.adopt(createProject(session.place(path), options))
    return info(session)
  }
  const createSample: Handler<'project.createSample'> = async ({ folder }) => {
    const sample = join(session.host.root, 'resources', 'sample')
    await session.adopt(createProject(freeName(session.place(folder), sampleName), { seed: 16 }))
    const path = join(sample, 'texts.csv')
    const { plan } = await preview(path, { text: 'text', id: 'id' })
    const job = session.begin(session.work, 'import', { path, plan })
    await session.work.wait(job)
    const task = v.parse(
      TaskDefinitionSchema,
      JSON.parse(readFileSync(join(sample, 'task.json'), 'utf8')),
    )
    saveTask(session.writable, taskOf(session.db, task), task.guideline)
    return info(session)
  }
  const open: Handler<'project.open'> = async ({ path, mode }) => {
    const place = session.place(path)
    if (session.openProject?.path === place) await session.closeProject()
    await session.adopt(openProject(place, mode))
    return info(session)
  }
  const close: Handler<'project.close'> = async () => {
    await session.closeProject()
    return null
  }
  return {
    'project.create': create,
    'project.createSample': createSample,
    'project.open': open,
    'project.info': () => info(session),
    'project.close': close,
  }
}

/** `name.shiliu` in a folder, or `name 2.shiliu` and so on where that is taken. */
function freeName(folder: string, name: string): string {
  for (let n = 1; ; n++) {
    const path = join(folder, `${n === 1 ? name : `${name} ${n}`}.shiliu`)
    if (!existsSync(path)) return path
  }
}

function info({ project, db }: Session): ProjectInfo {
  const { name, seed } = projectRecord(db)
  return {
    path: project.path,
    name,
    seed,
    isReadOnly: project.writable === null,
    backup: project.backup,
    texts: countTexts(db),
    task: currentTask(db),
    labels: labelSummary(db),
    roundInUse: roundInUse(db)?.number ?? null,
  }
}
