import type { Tensor } from '@tensorflow/tfjs-core'
import { nextOf, type HostTensor, type NamedTensors, type Store } from '../../engine/executor.ts'
import type { Tf } from './ops.ts'
import { fromTf, toTf } from './tensors.ts'

/** Tensors where the backend of tfjs computes. */
export class TfStore implements Store {
  readonly #tf: Tf
  readonly #current: Map<string, Tensor>
  readonly #next = new Map<string, Tensor>()

  constructor(tf: Tf, tensors: NamedTensors) {
    this.#tf = tf
    this.#current = new Map([...tensors].map(([name, tensor]) => [name, toTf(tf, name, tensor)]))
  }

  get(name: string): Tensor | undefined {
    return this.#current.get(name)
  }

  /** Whether an output is the next value of a tensor of the store, which then is the store's to dispose. */
  keep(output: string, tensor: Tensor): boolean {
    const name = [...this.#current.keys()].find((own) => nextOf(own) === output)
    if (name === undefined) return false
    this.#next.get(name)?.dispose()
    this.#next.set(name, tensor)
    return true
  }

  accept(): void {
    for (const [name, next] of this.#next) {
      this.#current.get(name)!.dispose()
      this.#current.set(name, next)
    }
    this.#next.clear()
  }

  reject(): void {
    for (const next of this.#next.values()) next.dispose()
    this.#next.clear()
  }

  async write(tensors: NamedTensors): Promise<void> {
    for (const [name, tensor] of tensors) {
      const written = toTf(this.#tf, name, tensor)
      this.#current.get(name)!.dispose()
      this.#current.set(name, written)
    }
  }

  async read(names: Iterable<string> = this.#current.keys()): Promise<Map<string, HostTensor>> {
    const found = new Map<string, HostTensor>()
    for (const name of names) {
      const tensor = this.#current.get(name)
      if (tensor === undefined) throw new Error(`the store has no ${name}`)
      found.set(name, await fromTf(tensor))
    }
    return found
  }

  async dispose(): Promise<void> {
    this.reject()
    for (const tensor of this.#current.values()) tensor.dispose()
    this.#current.clear()
  }
}
