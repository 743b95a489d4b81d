import { cpus } from 'node:os'
import { env } from 'onnxruntime-node'
import type { Environment } from '../core/job.ts'

/** What bit-equality of a run depends on (decision 14). */
export function environment(threads: number): Environment {
  return {
    onnxruntime: env.versions.node ?? env.versions.common,
    provider: 'cpu',
    threads,
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
  }
}
