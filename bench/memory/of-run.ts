import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { heapEnvironment } from '../../main/fork-worker.ts'
import type { RunCase } from './run.ts'

/** The largest resident set of a run's process, and its estimate, in bytes. Linux alone tells the first. */
export function memoryOf(run: RunCase): { readonly measured: number; readonly estimated: number } {
  return { measured: ask('measure', run), estimated: ask('estimate', run) }
}

function ask(what: 'measure' | 'estimate', run: RunCase): number {
  const args = [join(import.meta.dirname, 'run.ts'), what, JSON.stringify(run)]
  const env = { ...process.env, ...heapEnvironment }
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8', env }))
}
