import type { DeviceName } from '../../core/devices.ts'
import { fail, ShiliuError, toRecord, type ErrorRecord } from '../../core/errors.ts'
import type { Probe, ProbeResult } from '../../core/job.ts'
import type { Executor } from '../../engine/executor.ts'
import { cannotStart } from '../device-fault.ts'
import { executorFor } from '../executor-for.ts'
import { readModel } from '../model-folder.ts'
import { ortExecutor } from '../ort.ts'
import { factsOf, missingCudaLibrary } from './facts.ts'
import { noFloat16 } from './half.ts'
import { stepTime, tolerance, trialDifference } from './trial.ts'

const systems: Partial<Record<DeviceName, readonly [platform: string, name: string]>> = {
  dml: ['win32', 'Windows'],
  coreml: ['darwin', 'macOS'],
}

/** Tries a device; whatever is wrong with it is part of the result. */
export async function probeDevice({ device, threads, measure }: Probe): Promise<ProbeResult> {
  let found: ProbeResult = {
    device,
    name: null,
    memory: null,
    fault: null,
    noFloat16: null,
    milliseconds: null,
  }
  let executor: Executor | undefined
  try {
    requireParts(device)
    found = { ...found, ...(await factsOf(device)) }
    executor = await executorFor(device, threads)
    await requireRight(device, executor)
    const milliseconds = measure ? await measured(executor, threads, measure) : null
    return { ...found, noFloat16: await noFloat16(device, threads), milliseconds }
  } catch (error) {
    return { ...found, fault: recordOf(device, error) }
  } finally {
    await executor?.dispose()
  }
}

function requireParts(device: DeviceName): void {
  const [platform, system] = systems[device] ?? [process.platform, '']
  if (platform !== process.platform) fail('device.otherSystem', { device, system })
  const library = device === 'cuda' ? missingCudaLibrary() : undefined
  if (library !== undefined) fail('device.noLibrary', { device, library })
}

async function requireRight(device: DeviceName, executor: Executor): Promise<void> {
  const worst = await trialDifference(executor)
  if (!(worst <= tolerance)) fail('device.wrong', { device, worst })
}

async function measured(
  executor: Executor,
  threads: number,
  { task, model, recipe }: NonNullable<Probe['measure']>,
): Promise<number> {
  const offload = recipe.offload ? ortExecutor({ threads }) : undefined
  try {
    return await stepTime({ executor, offload }, await readModel(model), task, recipe)
  } finally {
    await offload?.dispose()
  }
}

/** What is no error of the catalogue comes from the driver, in its own words. */
function recordOf(device: DeviceName, error: unknown): ErrorRecord {
  if (error instanceof ShiliuError) return toRecord(error)
  return toRecord(cannotStart(device, error instanceof Error ? error.message : String(error)))
}
