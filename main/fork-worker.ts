import { fork } from 'node:child_process'
import type { FromWorker } from '../core/job.ts'
import type { Ending, WorkerProcess } from './host.ts'

/**
 * Has the C library of a process on Linux keep what is freed: no page is asked for twice, and all that
 * computes there shares one heap (decision 016). Other systems have no such settings.
 */
export const heapEnvironment: Readonly<Record<string, string>> =
  process.platform === 'linux' ? { GLIBC_TUNABLES: tunables() } : {}

function tunables(): string {
  const { GLIBC_TUNABLES: given = '' } = process.env
  const own = 'glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184'
  return given === '' ? own : `${given}:${own}`
}

/**
 * Starts a compute process with the same Node as this one. Advanced serialisation keeps typed arrays
 * and is a hundred times faster than the default on large messages (decision 2). The process is kept
 * out of the terminal's group: Ctrl-C reaches main alone, which then lets it write its checkpoint.
 */
export function forkWorker(entry: string): WorkerProcess {
  const child = fork(entry, {
    serialization: 'advanced',
    execPath: process.execPath,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...heapEnvironment },
  })
  return {
    send: (message) => void child.send(message, () => undefined),
    onMessage: (listener) => void child.on('message', (m) => listener(m as FromWorker)),
    onExit: (listener) => endOf(child, listener),
    kill: () => void child.kill('SIGKILL'),
  }
}

function endOf(child: ReturnType<typeof fork>, listener: (ending: Ending) => void): void {
  let isOver = false
  const once = (ending: Ending) => {
    if (!isOver) listener(ending)
    isOver = true
  }
  child.once('exit', (code, signal) => once({ code, signal }))
  child.once('error', (error) => once({ code: null, signal: error.message }))
}
