import { nextOf, type HostTensor, type NamedTensors, type Store } from './executor.ts'

/**
 * The store of executors that compute in the memory of the host. Programs write into a second set of
 * tensors, which changes places with the first when it is accepted: nothing is copied.
 */
export class HostStore implements Store {
  readonly #current: Map<string, HostTensor>
  readonly #spare = new Map<string, HostTensor>()
  #written: readonly string[] = []

  constructor(tensors: NamedTensors) {
    this.#current = new Map(tensors)
  }

  get(name: string): HostTensor | undefined {
    return this.#current.get(name)
  }

  /** Where those of the outputs belong that are next values of the store, by output. */
  next(outputs: readonly string[]): Map<string, HostTensor> {
    const names = [...this.#current.keys()].filter((name) => outputs.includes(nextOf(name)))
    this.#written = names
    return new Map(names.map((name) => [nextOf(name), this.#spareOf(name)]))
  }

  accept(): void {
    for (const name of this.#written) {
      const former = this.#current.get(name)!
      this.#current.set(name, this.#spare.get(name)!)
      this.#spare.set(name, former)
    }
    this.#written = []
  }

  reject(): void {
    this.#written = []
  }

  async write(tensors: NamedTensors): Promise<void> {
    for (const [name, { data }] of tensors) {
      ;(this.#require(name).data as Float32Array).set(data as Float32Array)
    }
  }

  async read(names: Iterable<string> = this.#current.keys()): Promise<Map<string, HostTensor>> {
    return new Map([...names].map((name) => [name, this.#require(name)]))
  }

  async dispose(): Promise<void> {
    this.#current.clear()
    this.#spare.clear()
  }

  #require(name: string): HostTensor {
    const tensor = this.#current.get(name)
    if (tensor === undefined) throw new Error(`the store has no ${name}`)
    return tensor
  }

  #spareOf(name: string): HostTensor {
    const { dtype, shape, data } = this.#require(name)
    const spare = this.#spare.get(name) ?? {
      dtype,
      shape,
      data: new (data.constructor as Float32ArrayConstructor)(data.length),
    }
    this.#spare.set(name, spare)
    return spare
  }
}
