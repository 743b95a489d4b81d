import { spawnSync } from 'node:child_process'
import { heapEnvironment } from '../main/fork-worker.ts'
import { keepsHeap } from '../worker/ort/heap.ts'

/**
 * Begins this program again in the environment that compute processes are started in, unless it is
 * there: what is measured is what they do.
 */
export function runAsWorker(): void {
  if (keepsHeap || Object.keys(heapEnvironment).length === 0) return
  const env = { ...process.env, ...heapEnvironment }
  const { status } = spawnSync(process.execPath, process.argv.slice(1), { stdio: 'inherit', env })
  process.exit(status ?? 1)
}
