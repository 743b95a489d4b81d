import type { DeviceName } from '../../core/devices.ts'
import { fromRecord, type ErrorRecord } from '../../core/errors.ts'
import type { Precision } from '../../core/step-options.ts'
import { floatData, floats } from '../../engine/executor.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import { toOnnx } from '../ort.ts'
import { fromOrt, openSession, toOrt, type OrtOptions } from '../ort/session.ts'

/** Why a device does not compute in float16, `device.noFloat16`; null where it does. */
export async function noFloat16(device: DeviceName, threads: number): Promise<ErrorRecord | null> {
  // TensorFlow.js has no such type.
  const message = device === 'tfjs' ? 'no such type' : await noHalf({ threads, provider: device })
  return message === null ? null : { code: 'device.noFloat16', details: { device, message } }
}

/** Refuses a run in float16 on a device that does not compute in it. Error: `device.noFloat16`. */
export async function requirePrecision(
  precision: Precision,
  threads: number,
  device: DeviceName = 'cpu',
): Promise<void> {
  const refusal = precision === 'float16' ? await noFloat16(device, threads) : null
  if (refusal !== null) throw fromRecord(refusal)
}

/** Why a provider does not multiply matrices in float16; null where it does. */
async function noHalf(options: OrtOptions): Promise<string | null> {
  const b = new GraphBuilder()
  const half = b.cast(b.input('x', 'float32', [4, 4]), 'float16')
  const graph = { outputs: { y: b.cast(b.matMul(half, half), 'float32') } }
  try {
    const model = toOnnx(graph, options.provider)
    const session = await openSession(model, options, { isTrial: true })
    const { y } = await session.run({ x: toOrt('x', floats([4, 4], new Float32Array(16).fill(2))) })
    await session.release()
    const [got] = floatData(fromOrt(y as never))
    return got === 16 ? null : `4 x 2 x 2 gave ${got}`
  } catch (error) {
    return reason(error)
  }
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return /requires f16/.test(message) ? 'no shader-f16' : message.slice(0, 200)
}
