import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { TaskDefinitionSchema, type Handler } from '../../core/contract.ts'
import type { ProjectInfo } from '../../core/records.ts'
import { preview } from '../import/preview.ts'
import { listJobs } from '../store/jobs.ts'
import { createProject, openProject, realPath } from '../store/open.ts'
import { projectRecord } from '../store/project.ts'
import { roundInUse } from '../store/rounds.ts'
import { countRuns } from '../store/runs.ts'
import { currentTask, saveTask } from '../store/tasks.ts'
import { countTexts } from '../store/texts.ts'
import { labelSummary } from './label-summary.ts'
import type { Session } from './session.ts'
import { taskOf } from './task.ts'

const sampleName = '日常点评'

export function projectService(session: Session) {
  const create: Handler<'project.create'> = ({ path, name, seed }) => {
    const options = name === undefined ? { seed } : { name, seed }
    return session.change(async () => {
      await session.adopt(createProject(session.place(path), options))
      return info(session)
    })
  }
  const createSample: Handler<'project.createSample'> = ({ folder }) => {
    return session.change(async () => {
      const path = freeName(session.place(folder), sampleName)
      await session.adopt(createProject(path, { seed: 16 }))
      await fillWithSample(session)
      return info(session)
    })
  }
  const open: Handler<'project.open'> = ({ path, mode }) => {
    return session.change(async () => {
      const place = session.place(path)
      if (session.openProject?.path === realPath(place)) await session.closeProject()
      await session.adopt(openProject(place, mode))
      return info(session)
    })
  }
  const close: Handler<'project.close'> = () => {
    return session.change(async () => {
      await session.closeProject()
      return null
    })
  }
  return {
    'project.create': create,
    'project.createSample': createSample,
    'project.open': open,
    'project.info': () => info(session),
    'project.close': close,
  }
}

/** The sample's texts and task; its labels play the analyst and are not read. */
async function fillWithSample(session: Session): Promise<void> {
  const sample = join(session.host.root, 'resources', 'sample')
  const path = join(sample, 'texts.csv')
  const { plan } = await preview(path, { text: 'text', id: 'id' })
  await session.work.wait(session.begin(session.work, 'import', { path, plan }))
  const json: unknown = JSON.parse(readFileSync(join(sample, 'task.json'), 'utf8'))
  const task = v.parse(TaskDefinitionSchema, json)
  saveTask(session.writable, taskOf(session.db, task), task.guideline)
}

/** `name.shiliu` in a folder, or `name 2.shiliu` and so on where that is taken. */
function freeName(folder: string, name: string): string {
  for (let n = 1; ; n++) {
    const path = join(folder, `${n === 1 ? name : `${name} ${n}`}.shiliu`)
    if (!existsSync(path)) return path
  }
}

function info({ project, db, opening }: Session): ProjectInfo {
  const { name, seed } = projectRecord(db)
  const [latest] = listJobs(db, 1)
  return {
    opening,
    path: project.path,
    name,
    seed,
    isReadOnly: project.writable === null,
    backup: project.backup,
    texts: countTexts(db),
    task: currentTask(db),
    labels: labelSummary(db),
    runs: countRuns(db),
    roundInUse: roundInUse(db)?.number ?? null,
    interrupted: latest?.state === 'interrupted' ? latest.kind : null,
  }
}
