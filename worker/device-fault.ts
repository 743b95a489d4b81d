import { ShiliuError, type ErrorCode, type ErrorDetails } from '../core/errors.ts'
import type { DeviceName } from '../core/devices.ts'
import type { Executor, Program } from '../engine/executor.ts'
import { HostStore } from '../engine/host-store.ts'
import type { TrainingState } from '../learn/train/state.ts'

/**
 * What onnxruntime and its drivers say when a device has gone: after sleep, when its driver was reset or
 * changed, or when it was unplugged. They throw plain errors; only the words tell. WebGPU logs that a
 * buffer was not to be had, and throws when something comes to use it.
 */
const lost =
  /device (is |was |has been )?(lost|removed|hung)|device.?removed|DXGI_ERROR_DEVICE|0x887A000[567]|VK_ERROR_DEVICE_LOST|external Instance reference no longer exists|driver shutting down|no CUDA-capable device|unspecified launch failure|devices? (is|are) (busy or )?unavailable|GPU is lost/i
const full =
  /failed to allocate memory|out of memory|VK_ERROR_OUT_OF|bad.?alloc|E_OUTOFMEMORY|0x8007000E|CUBLAS_STATUS_ALLOC_FAILED|cudaErrorMemoryAllocation|OOM when allocating|array buffer allocation failed|unable to grow instance memory|could not allocate memory|\[Invalid Buffer/i
const absent =
  /backend not found|failed to load (shared )?library|failed to get a WebGPU adapter|not supported by this build/i

/** The error of the catalogue for what a device says, or what it was where it is about something else. */
export function deviceFault(device: DeviceName, error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ShiliuError) return error
  if (full.test(message)) return new ShiliuError('device.outOfMemory', { device, step: null })
  if (absent.test(message)) return cannotStart(device, message)
  if (lost.test(message)) return new ShiliuError('device.lost', { device, step: null })
  return error
}

/** What a driver says is long and of many lines; its last sentence says it. */
export function cannotStart(device: DeviceName, message: string): ShiliuError {
  const [line = ''] = message.split('\n').filter((text) => text.trim() !== '')
  const said = line.replace(/^.* was false\. /, '').slice(0, 200)
  return new ShiliuError('device.cannotStart', { device, message: said })
}

/**
 * What a training ends with that an error has stopped: where the device is at fault, it says from which
 * step the training goes on. State in the memory of the host outlives a device and is saved; what lay on
 * the device counts as lost with it, so that the last checkpoint stands.
 */
export async function trainingFault(
  error: unknown,
  state: TrainingState | undefined,
  checkpoint: { readonly step: () => number; readonly save: () => Promise<void> },
): Promise<unknown> {
  if (!(error instanceof ShiliuError && isGone(error.code))) return error
  if ((state?.master ?? state?.store) instanceof HostStore)
    await checkpoint.save().catch(() => undefined)
  const { device } = error.details as ErrorDetails<'device.lost'>
  return new ShiliuError(error.code, { device, step: checkpoint.step() })
}

function isGone(code: ErrorCode): boolean {
  return code === 'device.lost' || code === 'device.outOfMemory'
}

/** An executor whose device may vanish: `device.lost` and `device.outOfMemory` for what it then throws. */
export function watched(device: DeviceName, executor: Executor): Executor {
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw deviceFault(device, error)
    }
  }
  const watchedProgram = (program: Program): Program => ({
    ...program,
    run: (feeds, store) => guard(() => program.run(feeds, store)),
    ...(program.runBlock && {
      runBlock: (feeds, store) => guard(() => program.runBlock!(feeds, store)),
    }),
  })
  return {
    ...executor,
    compile: (graph) => guard(async () => watchedProgram(await executor.compile(graph))),
    async createStore(tensors, moved) {
      const store = await guard(() => executor.createStore(tensors, moved))
      const write = store.write.bind(store)
      store.write = (changed) => guard(() => write(changed))
      return store
    },
  }
}
