import type { FromWorker } from '../../core/job.ts'
import type { WorkerProcess } from '../host.ts'

/** What is used of a utility process of Electron. */
export interface UtilityChild {
  readonly pid?: number | undefined
  postMessage(message: unknown): void
  kill(): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'spawn', listener: () => void): unknown
  once(event: 'exit', listener: (code: number) => void): unknown
}

/** A compute process that Electron started. Messages are cloned as structures: typed arrays stay. */
export function utilityWorker(child: UtilityChild): WorkerProcess {
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', (m) => listener(m as FromWorker)),
    onExit: (listener) => void child.once('exit', (code) => listener({ code, signal: null })),
    kill: () => end(child),
  }
}

/** Electron's own `kill` only asks, and a process that computes does not hear it. */
function end(child: UtilityChild): void {
  if (child.pid === undefined) child.once('spawn', () => end(child))
  else if (!killNow(child.pid)) child.kill()
}

/** False when the process was gone already. */
function killNow(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}
