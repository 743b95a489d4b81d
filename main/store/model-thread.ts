import { parentPort, workerData } from 'node:worker_threads'
import { toRecord } from '../../core/errors.ts'
import type { ModelId } from '../../core/project.ts'
import { storageError } from './database.ts'
import { importModel, materializeModel, removeGarbage } from './models.ts'
import { connectBeside, connectReadOnly } from './open.ts'

/** Work on much of the file that would hold up the event loop: the thread's own connection does it. */
export type ModelTask =
  | { readonly kind: 'checkFile' }
  | { readonly kind: 'import'; readonly folder: string; readonly sha256?: string }
  | { readonly kind: 'materialize'; readonly model: ModelId; readonly folder: string }
  | { readonly kind: 'removeGarbage' }

const { path, task } = workerData as { path: string; task: ModelTask }

try {
  parentPort!.postMessage({ value: task.kind === 'checkFile' ? checkFile() : onWeights(task) })
} catch (error) {
  parentPort!.postMessage({ error: toRecord(storageError(error, path)) })
}

function onWeights(task: Exclude<ModelTask, { kind: 'checkFile' }>): number | string {
  const db = connectBeside(path)
  try {
    if (task.kind === 'import') return importModel(db, task.folder, task.sha256)
    if (task.kind === 'materialize') return materializeModel(db, task.model, task.folder)
    return removeGarbage(db)
  } finally {
    db.close()
  }
}

/** Only reads, so that a project which another program has open can be checked as well. */
function checkFile(): string {
  const db = connectReadOnly(path)
  try {
    const [problem] = db.pragma('quick_check(5)') as { quick_check: string }[]
    const dangling = db.pragma('foreign_key_check') as unknown[]
    const isWhole = problem?.quick_check === 'ok' && dangling.length === 0
    return isWhole ? '' : `${problem?.quick_check}, ${dangling.length} dangling rows`
  } finally {
    db.close()
  }
}
