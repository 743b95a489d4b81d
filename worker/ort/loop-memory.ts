import { floatData, floats, type HostTensor } from '../../engine/executor.ts'
import { sizeOf } from '../../engine/ir/node.ts'
import { mostPages } from '../../engine/wasm/module.ts'
import type { HostStore } from '../../engine/host-store.ts'

const pageBytes = 65536
/** Addresses have 32 bits. */
export const mostLoopBytes = (mostPages - 1) * pageBytes
/** For the sums of a loop, in front of all tensors. */
const sumBytes = 1024

/**
 * The part of a host store that loops of WebAssembly reach. Tensors are moved there when a loop
 * first asks for them, and stay; programs of onnxruntime read and write them there as anywhere else.
 */
export class LoopMemory {
  static readonly #ofStore = new WeakMap<HostStore, LoopMemory>()
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages })
  readonly #store: HostStore
  readonly #addresses = new Map<string, number>()
  #end = sumBytes

  static of(store: HostStore): LoopMemory {
    const memory = this.#ofStore.get(store) ?? new LoopMemory(store)
    this.#ofStore.set(store, memory)
    return memory
  }

  private constructor(store: HostStore) {
    this.#store = store
  }

  /** The sums that the last loop left. */
  get sums(): Float64Array {
    return new Float64Array(this.memory.buffer, 0, sumBytes / 8)
  }

  /** Sees to it that these tensors lie in the memory. */
  reach(names: Iterable<string>): void {
    const outside = [...names].filter((name) => !this.#holds(name))
    if (outside.length === 0) return
    const before = [...this.#addresses.keys()].filter((name) => this.#holds(name))
    const values = new Map(outside.map((name) => [name, this.#tensor(name)]))
    for (const [name, { data }] of values) {
      if (!this.#addresses.has(name)) this.#addresses.set(name, this.#take(data.byteLength))
    }
    const missing = Math.ceil((this.#end - this.memory.buffer.byteLength) / pageBytes)
    if (missing > 0) this.memory.grow(missing)
    const moved = [...before, ...outside].map((name) => [name, this.#view(name)] as const)
    for (const [name, view] of moved) {
      const former = values.get(name)
      if (former === undefined) continue
      floatData(view).set(floatData(former))
      letGo(floatData(former))
    }
    this.#store.relocate(new Map(moved))
  }

  address(name: string): number {
    return this.#addresses.get(name)!
  }

  #tensor(name: string): HostTensor {
    const tensor = this.#store.get(name)
    if (tensor === undefined) throw new Error(`the store has no ${name}`)
    return tensor
  }

  #holds(name: string): boolean {
    const { data } = this.#tensor(name)
    return data.buffer === this.memory.buffer && data.byteOffset === this.#addresses.get(name)
  }

  #view(name: string): HostTensor {
    const { shape } = this.#tensor(name)
    return floats(shape, new Float32Array(this.memory.buffer, this.address(name), sizeOf(shape)))
  }

  /** Each tensor begins at a multiple of a cache line. */
  #take(bytes: number): number {
    const address = this.#end
    this.#end = Math.ceil((address + bytes) / 64) * 64
    return address
  }
}

/** At once instead of when the collector comes: there would be two of every tensor until then. */
function letGo(former: Float32Array): void {
  const { buffer, byteLength } = former as Float32Array<ArrayBuffer>
  if (buffer.byteLength === byteLength) buffer.transfer(0)
}
