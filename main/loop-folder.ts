import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fail } from '../core/errors.ts'
import type { App } from './app.ts'

/** What marks a project as one that walking the loop has made. No analyst gives a project this name. */
export const loopName = 'shiliu: a walk of the whole loop'

const projectFile = 'project.shiliu'
const exportFolder = 'export'

export interface LoopFolder {
  readonly project: string
  readonly exported: string
}

/**
 * Makes a folder ready for a walk. It may be new, empty, or what an earlier walk left: then that
 * project and its export go, and nothing else does.
 * Errors: `project.folderTaken`; `project.inUse` while another walk is under way there.
 */
export async function freshLoopFolder(app: App, folder: string): Promise<LoopFolder> {
  mkdirSync(folder, { recursive: true })
  const paths = { project: join(folder, projectFile), exported: join(folder, exportFolder) }
  if (readdirSync(folder).length > 0) {
    await requireEarlierWalk(app, folder, paths.project)
    removeEarlierWalk(folder, paths.exported)
  }
  return paths
}

/** Read first: a project that is not ours to remove is not to be changed by opening it either. */
async function requireEarlierWalk(app: App, folder: string, project: string): Promise<void> {
  if (!existsSync(project)) fail('project.folderTaken', { folder })
  const { name } = await app.call('project.open', { path: project, mode: 'read' })
  if (name !== loopName) fail('project.folderTaken', { folder })
  await app.call('project.open', { path: project })
  await app.call('project.close', {})
}

function removeEarlierWalk(folder: string, exported: string): void {
  const remove = (path: string) => rmSync(path, { recursive: true, force: true })
  if (existsSync(join(exported, 'SHA256SUMS'))) remove(exported)
  for (const name of readdirSync(folder)) {
    if (name === projectFile || companion.test(name)) remove(join(folder, name))
  }
}

/** What SQLite, the lock, a migration and a run put beside the project file. */
const companion = /^project\.shiliu(\.lock)?(-(wal|shm|journal|work|backup-v\d+))?$/
