import type { DeviceName } from '../core/devices.ts'
import { fail } from '../core/errors.ts'
import type { Executor } from '../engine/executor.ts'
import { watched } from './device-fault.ts'
import { ortExecutor } from './ort.ts'
import { loadTfjs, tfjsExecutor } from './tfjs.ts'

/** What opens the executor of a job; tests give jobs one that fails. */
export type OpenExecutor = (device: DeviceName | undefined, threads: number) => Promise<Executor>

/** The executor of a device; the CPU's, where none is named. Error: `device.notInstalled`. */
export const executorFor: OpenExecutor = async (device = 'cpu', threads) => {
  if (device !== 'tfjs') return watched(device, ortExecutor({ threads, provider: device }))
  const tf = (await loadTfjs()) ?? fail('device.notInstalled', { device })
  return watched(device, tfjsExecutor(tf))
}
