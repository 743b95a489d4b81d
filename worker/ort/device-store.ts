import type * as ort from 'onnxruntime-node'
import { nextOf, type HostTensor, type NamedTensors, type Store } from '../../engine/executor.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import type { Node } from '../../engine/ir/node.ts'
import { emitOnnx } from '../../engine/onnx/emit.ts'
import { DeviceSession, type DeviceTensor } from './device-session.ts'
import { fromOrt, toOrt, type OrtOptions } from './session.ts'

type Direction = 'toDevice' | 'toHost'
type Type = Pick<HostTensor, 'dtype' | 'shape'>

/** Opens a store in the memory of the GPU; the tensors are copied there once. */
export async function openDeviceStore(
  tensors: NamedTensors,
  options: OrtOptions,
): Promise<DeviceStore> {
  const types = new Map([...tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }]))
  const session = await openCopy(types, [...tensors.keys()], options, 'toDevice')
  try {
    return new DeviceStore(types, await copyToDevice(session, tensors), options)
  } finally {
    await session.release()
  }
}

async function copyToDevice(
  session: DeviceSession,
  tensors: NamedTensors,
): Promise<Map<string, DeviceTensor>> {
  const fed = [...tensors].map(([name, tensor]) => [name, toOrt(name, tensor)] as const)
  const copies = await session.run(Object.fromEntries(fed))
  const names = [...tensors.keys()]
  return new Map(names.map((name) => [name, session.hold(copies[nextOf(name)]!)]))
}

/**
 * The store of the WebGPU provider: its outputs stay in buffers of the GPU and are fed back, so that
 * weights and moments never travel. What a run leaves is let go of when it is accepted or rejected.
 */
export class DeviceStore implements Store {
  readonly #types: ReadonlyMap<string, Type>
  readonly #current: Map<string, DeviceTensor>
  readonly #next = new Map<string, DeviceTensor>()
  readonly #options: OrtOptions
  /** Sessions that copy tensors there or back, by direction and names. */
  readonly #copies = new Map<string, Promise<DeviceSession>>()

  constructor(
    types: ReadonlyMap<string, Type>,
    tensors: Map<string, DeviceTensor>,
    options: OrtOptions,
  ) {
    this.#types = types
    this.#current = tensors
    this.#options = options
  }

  get(name: string): ort.Tensor | undefined {
    return this.#current.get(name)?.tensor
  }

  /** Takes those of a run's results that are next values of the store. */
  keep(session: DeviceSession, results: Readonly<Record<string, ort.Tensor>>): void {
    this.reject()
    for (const name of this.#current.keys()) {
      const next = results[nextOf(name)]
      if (next !== undefined) this.#next.set(name, session.hold(next))
    }
  }

  accept(): void {
    for (const [name, next] of this.#next) {
      this.#current.get(name)!.free()
      this.#current.set(name, next)
    }
    this.#next.clear()
  }

  reject(): void {
    for (const next of this.#next.values()) next.free()
    this.#next.clear()
  }

  async write(tensors: NamedTensors): Promise<void> {
    const session = await this.#copy([...tensors.keys()], 'toDevice')
    for (const [name, copy] of await copyToDevice(session, tensors)) {
      this.#current.get(name)!.free()
      this.#current.set(name, copy)
    }
  }

  /** Through a session of identities: a tensor on the GPU that is asked for its data ends the process. */
  async read(wanted: Iterable<string> = this.#current.keys()): Promise<Map<string, HostTensor>> {
    const names = [...wanted]
    const session = await this.#copy(names, 'toHost')
    const fed = names.map((name) => [name, this.get(name)!] as const)
    const copies = await session.run(Object.fromEntries(fed))
    return new Map(names.map((name) => [name, fromOrt(copies[nextOf(name)]!)]))
  }

  async dispose(): Promise<void> {
    this.reject()
    for (const current of this.#current.values()) current.free()
    this.#current.clear()
    for (const session of this.#copies.values()) await (await session).release()
    this.#copies.clear()
  }

  #copy(names: readonly string[], direction: Direction): Promise<DeviceSession> {
    const key = [direction, ...names].join('\n')
    const session = this.#copies.get(key) ?? openCopy(this.#types, names, this.#options, direction)
    this.#copies.set(key, session)
    return session
  }
}

function openCopy(
  types: ReadonlyMap<string, Type>,
  names: readonly string[],
  options: OrtOptions,
  direction: Direction,
): Promise<DeviceSession> {
  const b = new GraphBuilder()
  const outputs: Record<string, Node> = {}
  for (const name of names) {
    const type = types.get(name)
    if (type === undefined) throw new Error(`the store has no ${name}`)
    outputs[nextOf(name)] = b.input(name, type.dtype, type.shape)
  }
  const onDevice = direction === 'toDevice' ? Object.keys(outputs) : []
  return DeviceSession.open(emitOnnx({ outputs }), options, onDevice)
}
