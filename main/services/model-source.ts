import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../../core/errors.ts'
import type { ModelId } from '../../core/project.ts'
import type { Round } from '../../core/records.ts'
import { importModelAside } from '../store/in-model-thread.ts'
import { includedBase } from '../base-models.ts'
import { isStorable, modelById, weightsFile } from '../store/models.ts'
import type { OpenProject } from '../store/open.ts'
import { chosenBase } from '../store/project.ts'
import { roundInUse } from '../store/rounds.ts'
import { allRuns, runById } from '../store/runs.ts'
import { modelFolder } from '../training/model-folders.ts'
import type { Session } from './session.ts'

/** What a run begins with: a base model at hand, by name or path, or the project's copy of one. */
export type Start =
  | { readonly kind: 'default' }
  | { readonly kind: 'named' | 'chosen'; readonly name: string }
  | { readonly kind: 'lastRun'; readonly model: ModelId }

/**
 * The base model that is named; or the one that was chosen for the project, or that of its latest run;
 * or the one that comes with the program. A chosen one that is no longer at hand does not count.
 */
export async function startOf(session: Session, named: string | undefined): Promise<Start> {
  if (named !== undefined) return { kind: 'named', name: named }
  if (!session.openProject) return { kind: 'default' }
  const { db } = session
  const [chosen, last] = [chosenBase(db), allRuns(db).at(-1)]
  const isOfLast = last !== undefined && modelById(db, last.base).sha256 === chosen
  if (chosen !== null && !isOfLast) {
    const name = await session.bases.nameOf(chosen)
    if (name === includedBase) return { kind: 'default' }
    if (name !== null) return { kind: 'chosen', name }
  }
  return last ? { kind: 'lastRun', model: last.base } : { kind: 'default' }
}

/** Where the base model lies that training would use, and which that is. */
export async function baseModel(
  session: Session,
  named: string | undefined,
): Promise<{ folder: string; kind: Start['kind'] }> {
  const { openProject } = session
  const start = await startOf(session, named)
  if (start.kind === 'lastRun' && openProject?.writable) {
    return { folder: await readyFolder(openProject, start.model), kind: start.kind }
  }
  const name = 'name' in start ? start.name : undefined
  return { folder: session.baseFolder(name), kind: 'name' in start ? start.kind : 'default' }
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
