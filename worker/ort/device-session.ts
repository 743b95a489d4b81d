import type * as ort from 'onnxruntime-node'
import { openSession, type OrtOptions } from './session.ts'

/** A tensor in the memory of the GPU, with the session that made it. */
export interface DeviceTensor {
  readonly tensor: ort.Tensor
  /** To be called once; the tensor is good until then. */
  free(): void
}

/**
 * A session whose outputs stay on the GPU. Such a tensor dies with its session, and the process with
 * the next one who touches it; so a session that is released lasts until its last tensor is freed.
 */
export class DeviceSession {
  readonly #session: ort.InferenceSession
  #held = 0
  #isReleased = false

  static async open(
    model: Uint8Array,
    options: OrtOptions,
    onDevice: readonly string[],
  ): Promise<DeviceSession> {
    return new DeviceSession(await openSession(model, options, { onDevice }))
  }

  private constructor(session: ort.InferenceSession) {
    this.#session = session
  }

  async run(fed: Record<string, ort.Tensor>): Promise<Readonly<Record<string, ort.Tensor>>> {
    return (await this.#session.run(fed)) as Record<string, ort.Tensor>
  }

  /** For a result that stays on the GPU. */
  hold(tensor: ort.Tensor): DeviceTensor {
    this.#held++
    const free = () => {
      tensor.dispose()
      this.#held--
      void this.#end()
    }
    return { tensor, free }
  }

  async release(): Promise<void> {
    this.#isReleased = true
    await this.#end()
  }

  async #end(): Promise<void> {
    if (this.#isReleased && this.#held === 0) await this.#session.release()
  }
}
