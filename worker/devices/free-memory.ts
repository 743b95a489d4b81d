import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { join } from 'node:path'

/**
 * Bytes that this machine can still give to a process: what the system could free counts, a container's
 * limit does, and so does SHILIU_MEMORY_LIMIT, the megabytes that work may take at most.
 */
export function freeMemory(): number {
  const limit = Number(process.env['SHILIU_MEMORY_LIMIT']) * 1e6
  const limits = [freemem(), ...inContainer(), ...(limit > 0 ? [limit] : [])]
  return Math.max(0, Math.min(...limits))
}

/** What is left of a container's limit, caches of files not counted: the system gives them up. */
function inContainer(): number[] {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? [process.availableMemory() + cachedFiles()] : []
}

/** Of control groups of version 2; 0 where there are none. */
function cachedFiles(): number {
  try {
    const group = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/'
    const stat = readFileSync(join('/sys/fs/cgroup', group, 'memory.stat'), 'utf8')
    return Number(/^inactive_file (\d+)$/m.exec(stat)?.[1] ?? 0)
  } catch {
    return 0
  }
}
