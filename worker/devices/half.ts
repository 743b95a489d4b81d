import { modelOf, operator, valueInfo } from '../../engine/onnx/emit.ts'
import { Message } from '../../engine/onnx/protobuf.ts'
import { floats } from '../../engine/executor.ts'
import { fromOrt, openSession, toOrt, type OrtOptions } from '../ort/session.ts'

const [single, half] = [{ to: 1 }, { to: 10 }]

/** Why a provider does not multiply matrices in float16; null where it does. */
export async function noHalf(options: OrtOptions): Promise<string | null> {
  const type = { dtype: 'float32', shape: [4, 4] } as const
  const graph = new Message()
    .message(1, operator('Cast', ['x'], ['narrow'], half))
    .message(1, operator('MatMul', ['narrow', 'narrow'], ['product']))
    .message(1, operator('Cast', ['product'], ['y'], single))
    .text(2, 'half')
    .message(11, valueInfo('x', type))
    .message(12, valueInfo('y', type))
  try {
    const session = await openSession(modelOf(graph, []), options, { isTrial: true })
    const x = toOrt('x', floats([4, 4], new Float32Array(16).fill(2)))
    const { y } = await session.run({ x })
    await session.release()
    const got = fromOrt(y as never).data[0]
    return got === 16 ? null : `4 x 2 x 2 gave ${got}`
  } catch (error) {
    return reason(error)
  }
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return /requires f16/.test(message) ? 'no shader-f16' : message.slice(0, 200)
}
