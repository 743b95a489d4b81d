import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelId, RunId } from '../../core/project.ts'
import { materializeModelAside } from '../store/in-model-thread.ts'
import type { OpenProject } from '../store/open.ts'

/** A stored model as a folder that a compute process can read. */
export function modelFolder(project: OpenProject, model: ModelId): Promise<string> {
  return materializeModelAside(project, model, join(project.workFolder, 'models', `${model}`))
}

/** Where a run's checkpoints and its finished model are written. */
export function runFolder(project: OpenProject, run: RunId): string {
  return join(project.workFolder, `${run}`)
}

/** Removes what can be made again: folders of stored models other than those in use. */
export function pruneModelFolders(project: OpenProject, inUse: readonly ModelId[]): void {
  const folder = join(project.workFolder, 'models')
  for (const name of readdirSync(folder)) {
    if (!inUse.some((model) => `${model}` === name)) {
      rmSync(join(folder, name), { recursive: true, force: true })
    }
  }
}
