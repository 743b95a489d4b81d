import { parentPort, workerData } from 'node:worker_threads'
import { toRecord } from '../../core/errors.ts'
import type { ModelId } from '../../core/project.ts'
import { storageError } from './database.ts'
import { importModel, materializeModel, removeGarbage } from './models.ts'
import { connectBeside } from './open.ts'

/** Work on weights that would hold up the event loop: the thread's own connection does it. */
export type ModelTask =
  | { readonly kind: 'import'; readonly folder: string; readonly sha256?: string }
  | { readonly kind: 'materialize'; readonly model: ModelId; readonly folder: string }
  | { readonly kind: 'removeGarbage' }

const { path, task } = workerData as { path: string; task: ModelTask }

try {
  const db = connectBeside(path)
  const value = perform()
  db.close()
  parentPort!.postMessage({ value })

  function perform(): number | string {
    if (task.kind === 'import') return importModel(db, task.folder, task.sha256)
    if (task.kind === 'materialize') return materializeModel(db, task.model, task.folder)
    return removeGarbage(db)
  }
} catch (error) {
  parentPort!.postMessage({ error: toRecord(storageError(error, path)) })
}
