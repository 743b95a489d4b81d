import { nextOf, type HostTensor, type NamedTensors, type Program, type Store } from './executor.ts'

/**
 * The store of executors that compute in the memory of the host. A program that reads a tensor writes its
 * next value into a second one, which changes places with the first when it is accepted: nothing is
 * copied. A tensor that the program does not read is written at once.
 */
export class HostStore implements Store {
  readonly #current: Map<string, HostTensor>
  readonly #spare = new Map<string, HostTensor>()
  #written: readonly string[] = []
  #later: (() => void) | undefined

  constructor(tensors: NamedTensors) {
    this.#current = new Map(tensors)
  }

  get(name: string): HostTensor | undefined {
    return this.#current.get(name)
  }

  /** Where those outputs of a program belong that are next values of the store, by output. */
  next({ inputs, outputs }: Pick<Program, 'inputs' | 'outputs'>): Map<string, HostTensor> {
    const read = new Set(inputs.map(({ name }) => name))
    const wanted = new Set(outputs)
    const names = [...this.#current.keys()].filter((name) => wanted.has(nextOf(name)))
    this.reject()
    this.#written = names.filter((name) => read.has(name))
    const place = (name: string) => (read.has(name) ? this.#spareOf(name) : this.#require(name))
    return new Map(names.map((name) => [nextOf(name), place(name)]))
  }

  /** For a program that changes tensors where they lie: `write` is called when that is accepted. */
  later(write: () => void): void {
    this.reject()
    this.#later = write
  }

  /** Other memory for some tensors; their values are there already. */
  relocate(tensors: NamedTensors): void {
    for (const [name, tensor] of tensors) {
      this.#require(name)
      this.#current.set(name, tensor)
      this.#spare.delete(name)
    }
  }

  accept(): void {
    this.#later?.()
    for (const name of this.#written) {
      const former = this.#current.get(name)!
      this.#current.set(name, this.#spare.get(name)!)
      this.#spare.set(name, former)
    }
    this.reject()
  }

  reject(): void {
    this.#written = []
    this.#later = undefined
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
