import { resolve } from 'node:path'
import type { Handler } from '../../core/contract.ts'
import type { ProjectInfo } from '../../core/records.ts'
import { createProject, openProject, realPath } from '../store/open.ts'
import { projectRecord } from '../store/project.ts'
import { roundInUse } from '../store/rounds.ts'
import { currentTask } from '../store/tasks.ts'
import { countTexts } from '../store/texts.ts'
import { labelSummary } from './label-summary.ts'
import type { Session } from './session.ts'

export function projectService(session: Session) {
  const create: Handler<'project.create'> = ({ path, name, seed }) => {
    const options = name === undefined ? { seed } : { name, seed }
    return session.change(async () => {
      await session.adopt(createProject(resolve(path), options))
      return info(session)
    })
  }
  const open: Handler<'project.open'> = ({ path, mode }) => {
    return session.change(async () => {
      if (session.openProject?.path === realPath(resolve(path))) await session.closeProject()
      await session.adopt(openProject(resolve(path), mode))
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
    'project.open': open,
    'project.info': () => info(session),
    'project.close': close,
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
