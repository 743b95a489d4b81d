import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../../core/errors.ts'
import type { ModelId } from '../../core/project.ts'
import type { Round } from '../../core/records.ts'
import { importModelAside } from '../store/in-model-thread.ts'
import { isStorable, weightsFile } from '../store/models.ts'
import type { OpenProject } from '../store/open.ts'
import { roundInUse } from '../store/rounds.ts'
import { allRuns, runById } from '../store/runs.ts'
import { modelFolder } from '../training/model-folders.ts'
import type { Session } from './session.ts'

/** Where the base model lies that training would use, and whether a run has used it already. */
export async function baseModel(
  session: Session,
  named: string | undefined,
): Promise<{ folder: string; isOfRun: boolean }> {
  const { openProject } = session
  const last = named === undefined && openProject ? allRuns(session.db).at(-1) : undefined
  if (last && openProject?.writable) {
    return { folder: await readyFolder(openProject, last.base), isOfRun: true }
  }
  return { folder: session.baseFolder(named), isOfRun: false }
}

/**
 * Puts the base model that is named into the project, or else the one that comes with the program. A
 * folder in a form that a project does not store is read and written anew first. Errors: `model.*`.
 */
export async function importBase(session: Session, named: string | undefined): Promise<ModelId> {
  const { project } = session
  const folder = session.baseFolder(named)
  if (isStorable(folder)) {
    const sha256 = named === undefined ? undefined : session.bases.addedHash(named)
    return importModelAside(project, folder, sha256)
  }
  await mkdir(project.workFolder, { recursive: true })
  const out = await mkdtemp(join(project.workFolder, 'base-'))
  try {
    const { sha256 } = await session.assist.ask({ kind: 'adopt', folder, out })
    return await importModelAside(project, out, sha256)
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

/** The model of the round in use. Errors: `round.none`, `project.readOnly`, `model.discarded`. */
export async function roundModel(session: Session): Promise<{
  folder: string
  round: Round
  taskVersion: number
  maxTokens: number
}> {
  void session.writable
  const { db, project } = session
  const round = roundInUse(db) ?? fail('round.none', {})
  const run = runById(db, round.run)
  const { model, recipe } = run.result!
  const folder = await readyFolder(project, model)
  return { folder, round, taskVersion: run.taskVersion, maxTokens: recipe.maxTokens }
}

/** Folders that were compared with the project in this session, so that questions need not wait. */
const ready = new WeakMap<OpenProject, Map<ModelId, Promise<string>>>()

async function readyFolder(project: OpenProject, model: ModelId): Promise<string> {
  const folders = ready.get(project) ?? new Map<ModelId, Promise<string>>()
  ready.set(project, folders)
  const known = await folders.get(model)?.catch(() => undefined)
  if (known !== undefined && existsSync(join(known, weightsFile))) return known
  const folder = modelFolder(project, model)
  folders.set(model, folder)
  return folder
}
