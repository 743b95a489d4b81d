import { cpus } from 'node:os'
import { env } from 'onnxruntime-node'
import type { DeviceName } from '../core/devices.ts'
import type { Environment } from '../core/job.ts'

/** What bit-equality of a run depends on (decision 14). */
export function environment(device: DeviceName = 'cpu', threads: number): Environment {
  return {
    onnxruntime: env.versions.node ?? env.versions.common,
    provider: device,
    threads,
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
  }
}
