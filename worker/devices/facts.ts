import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { DeviceName, DeviceReport } from '../../core/devices.ts'
import { freeMemory } from './free-memory.ts'

type Facts = Pick<DeviceReport, 'name' | 'memory'>

/** What can be known of the hardware behind a device without computing on it. */
export async function factsOf(device: DeviceName): Promise<Facts> {
  const inHost = { free: freeMemory(), total: totalmem() }
  const cpu = cpus()[0]?.model.trim() ?? null
  switch (device) {
    case 'cpu':
      return { name: cpu, memory: inHost }
    // One chip, one memory.
    case 'coreml':
      return { name: cpu, memory: inHost }
    case 'cuda':
    case 'tfjs':
      return nvidia()
    case 'webgpu':
    case 'dml':
      return { name: null, memory: null }
  }
}

/** What the driver's own tool says of the first card. */
async function nvidia(): Promise<Facts> {
  const query = ['--query-gpu=name,memory.free,memory.total', '--format=csv,noheader,nounits']
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: 5000 })
    const [name = '', free = '', total = ''] = stdout.split('\n')[0]!.split(', ')
    return { name, memory: { free: Number(free) * 2 ** 20, total: Number(total) * 2 ** 20 } }
  } catch {
    return { name: null, memory: null }
  }
}

/** The library that onnxruntime loads for CUDA, where it is missing. */
export function missingCudaLibrary(): string | undefined {
  const { platform, arch } = process
  const file =
    platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so'
  const main = createRequire(import.meta.url).resolve('onnxruntime-node')
  const folder = join(dirname(main), '../bin/napi-v6', platform, arch)
  return existsSync(join(folder, file)) ? undefined : file
}
