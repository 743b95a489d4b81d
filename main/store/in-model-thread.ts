import { Worker } from 'node:worker_threads'
import { fromRecord, type ErrorRecord } from '../../core/errors.ts'
import type { ModelId } from '../../core/project.ts'
import type { OpenProject } from './open.ts'
import type { ModelTask } from './model-thread.ts'

type Reply = { value: number | string } | { error: ErrorRecord }

/** Copies a model folder into the project without holding up the event loop. See `importModel`. */
export async function importModelAside(
  project: OpenProject,
  folder: string,
  sha256?: string,
): Promise<ModelId> {
  const task = { kind: 'import', folder, ...(sha256 === undefined ? {} : { sha256 }) } as const
  return (await inThread(project, task)) as ModelId
}

/** Writes a stored model as a folder. See `materializeModel`. */
export async function materializeModelAside(
  project: OpenProject,
  model: ModelId,
  folder: string,
): Promise<string> {
  return (await inThread(project, { kind: 'materialize', model, folder })) as string
}

/** Frees the space of weights that nothing uses. Returns the freed bytes. */
export async function removeGarbageAside(project: OpenProject): Promise<number> {
  return (await inThread(project, { kind: 'removeGarbage' })) as number
}

/** What is wrong with the project's file, in a few words; empty when it is whole. */
export async function checkFileAside(project: OpenProject): Promise<string> {
  return (await inThread(project, { kind: 'checkFile' })) as string
}

/** One thread at a time for each project, so that copies never wait for each other's locks. */
const queues = new WeakMap<OpenProject, Promise<unknown>>()

function inThread(project: OpenProject, task: ModelTask): Promise<number | string> {
  const before = queues.get(project) ?? Promise.resolve()
  const result = before.catch(() => undefined).then(() => perform(project.path, task))
  queues.set(project, result)
  return result
}

function perform(path: string, task: ModelTask): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./model-thread.ts', import.meta.url), {
      workerData: { path, task },
    })
    thread.once('message', (reply: Reply) => {
      if ('error' in reply) reject(fromRecord(reply.error))
      else resolve(reply.value)
    })
    thread.once('error', reject)
    thread.once('exit', (code) => reject(new Error(`the model thread ended with code ${code}`)))
  })
}
