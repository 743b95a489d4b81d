import type * as ort from 'onnxruntime-node'
import {
  interfaceOf,
  nextOf,
  type Executor,
  type Feeds,
  type HostTensor,
  type Program,
  type ProgramMemory,
} from '../engine/executor.ts'
import { HostStore } from '../engine/host-store.ts'
import { GraphBuilder } from '../engine/ir/builder.ts'
import type { Graph } from '../engine/ir/graph.ts'
import { emitOnnx, type Dialect } from '../engine/onnx/emit.ts'
import { emitLoop } from '../engine/onnx/loop.ts'
import { blockMatMuls } from '../engine/rewrite/block.ts'
import { fuse, fuseGelus, spellGelus } from '../engine/rewrite/fuse.ts'
import { fuseLayerNorms } from '../engine/rewrite/layer-norm.ts'
import { quantizeWeights } from '../engine/rewrite/int8.ts'
import { simplify } from '../engine/rewrite/simplify.ts'
import { loopsOf, type LoopPlan } from '../engine/wasm/loops.ts'
import { DeviceSession } from './ort/device-session.ts'
import { openDeviceStore, type DeviceStore } from './ort/device-store.ts'
import { LoopMemory, mostLoopBytes } from './ort/loop-memory.ts'
import { loopProgram } from './ort/loop-program.ts'
import { memoryInHost, memoryOfTraveller, memoryOnDevice } from './ort/memory.ts'
import {
  fromOrt,
  openSession,
  stepsPerRun,
  toOrt,
  type OrtOptions,
  type Provider,
} from './ort/session.ts'
import { stack, unstack } from './ort/stack.ts'

/** The executor over one of onnxruntime's providers; the CPU's, where none is named. */
export function ortExecutor(options: OrtOptions): Executor {
  const { provider = 'cpu' } = options
  const programs = new Set<Program>()
  const staysOnDevice = provider === 'webgpu'
  const perRun = options.stepsPerRun ?? stepsPerRun[provider]
  const movesInPlace = provider === 'cpu' && perRun === 1
  return {
    name: `onnxruntime ${provider}`,
    stepsPerRun: perRun,
    movesInPlace,
    async compile(graph) {
      const loops = provider === 'cpu' ? loopsWithin(graph) : undefined
      const compiled = loops
        ? loopProgram(graph, loops)
        : await (staysOnDevice ? onDevice : inHost)(graph, options)
      const program = {
        ...compiled,
        async dispose() {
          programs.delete(program)
          await compiled.dispose()
        },
      }
      programs.add(program)
      return program
    },
    memoryOf: (graph) =>
      provider === 'cpu' && loopsWithin(graph)
        ? inPlace
        : memoryFor[provider](rewritten(graph, provider)),
    async createStore(tensors, moved = []) {
      if (staysOnDevice) return openDeviceStore(tensors, options)
      const store = new HostStore(tensors)
      const sizes = Array.from(moved, (name) => tensors.get(name)!.data.length)
      if (movesInPlace && fitLoops(sizes)) LoopMemory.of(store).reach(moved)
      return store
    },
    async dispose() {
      for (const program of [...programs]) await program.dispose()
    },
  }
}

/** The loops of a graph that only moves tensors, where these fit the memory that loops reach. */
function loopsWithin(graph: Graph): LoopPlan | undefined {
  const plan = loopsOf(graph)
  return plan && fitLoops(plan.tensors.values()) ? plan : undefined
}

/** Whether tensors of so many elements fit the memory that loops reach. */
function fitLoops(sizes: Iterable<number>): boolean {
  return 4 * [...sizes].reduce((sum, size) => sum + size, 0) < mostLoopBytes
}

/** Loops need nothing but the tensors that they move. */
const inPlace: ProgramMemory = { run: 0, kept: 0, beside: [] }

const memoryFor: Record<Provider, (emitted: Graph) => ProgramMemory> = {
  cpu: memoryInHost,
  webgpu: memoryOnDevice,
  cuda: memoryOfTraveller,
  dml: memoryOfTraveller,
  coreml: memoryOfTraveller,
}

/** A graph as the bytes that a provider of onnxruntime is given: simplified, fused, emitted. */
export function toOnnx(graph: Graph, provider: Provider = 'cpu'): Uint8Array {
  return emitOnnx(rewritten(graph, provider), dialects[provider])
}

/** The same as a loop of steps; `fed` are the inputs that differ from step to step. */
function toLoop(graph: Graph, fed: ReadonlySet<string>, provider: Provider = 'cpu'): Uint8Array {
  return emitLoop(rewritten(graph, provider), fed, dialects[provider])
}

function rewritten(graph: Graph, provider: Provider): Graph {
  const b = new GraphBuilder()
  const fused = fuse(b, simplify(b, graph), { matMul: provider !== 'webgpu' })
  return provider === 'cpu' ? blockMatMuls(b, fused) : fused
}

/** What WebGPU has no kernel for it would leave to the CPU, with a copy there and back around each. */
const dialects: Partial<Record<Provider, Dialect>> = { webgpu: { narrowIndices: true } }

/**
 * The same with operators of the ONNX standard only, for files that leave the program: any runtime
 * reads them, and onnxruntime finds the other kernels by itself (2 to 9 % slower than `toOnnx`). With
 * `int8`, weights are integers (`engine/rewrite/int8.ts`).
 */
export function toStandardOnnx(
  graph: Graph,
  { int8 }: { readonly int8?: Int8 | undefined } = {},
): Uint8Array {
  const b = new GraphBuilder()
  const simple = simplify(b, graph)
  const weighted = int8 ? quantizeWeights(b, simple, int8.bits) : simple
  return emitOnnx(spellGelus(b, fuseGelus(b, fuseLayerNorms(b, weighted))))
}

/** Bits of a weight; 8, where nothing is said. */
export interface Int8 {
  readonly bits?: number | undefined
}

/** A program whose store is in the memory of the host; runs write straight into the store. */
async function inHost(graph: Graph, options: OrtOptions): Promise<Program> {
  const session = await openSession(toOnnx(graph, options.provider), options)
  const io = interfaceOf(graph)
  const { inputs, outputs } = io
  const compute = async (own: ort.InferenceSession, feeds: Feeds, host: HostStore | undefined) => {
    const fed: Record<string, ort.Tensor> = {}
    for (const { name } of inputs) fed[name] = toOrt(name, feeds[name] ?? host?.get(name))
    const into = host?.next(io)
    const fetches = outputs.map((name) => [
      name,
      into?.has(name) ? toOrt(name, into.get(name)) : null,
    ])
    const results = await own.run(fed, Object.fromEntries(fetches))
    for (const name of into?.keys() ?? []) dropCopy(results[name] as ort.Tensor)
    return resultsOf(
      results,
      outputs.filter((name) => !into?.has(name)),
    )
  }
  let loop: Promise<ort.InferenceSession> | undefined
  return {
    inputs,
    outputs,
    run: (feeds, store) => compute(session, feeds, store as HostStore | undefined),
    async runBlock(feeds, store) {
      const stacked = stack(feeds)
      const fed = new Set(Object.keys(stacked))
      loop ??= openSession(toLoop(graph, fed, options.provider), options)
      const results = await compute(await loop, stacked, store as HostStore)
      return unstack(results, feeds.length)
    },
    async dispose() {
      await session.release()
      await (await loop)?.release()
    },
  }
}

/** A program whose store is in the memory of the GPU. */
async function onDevice(graph: Graph, options: OrtOptions): Promise<Program> {
  const { inputs, outputs } = interfaceOf(graph)
  const states = new Set(inputs.map(({ name }) => nextOf(name)))
  const kept = outputs.filter((name) => states.has(name))
  const session = await DeviceSession.open(toOnnx(graph, options.provider), options, kept)
  return {
    inputs,
    outputs,
    async run(feeds, store) {
      const device = store as DeviceStore | undefined
      const fed: Record<string, ort.Tensor> = {}
      for (const { name } of inputs) {
        const current = name in feeds ? undefined : device?.get(name)
        fed[name] = current ?? toOrt(name, feeds[name])
      }
      const results = await session.run(fed)
      device?.keep(session, results)
      return resultsOf(
        results,
        outputs.filter((name) => !states.has(name)),
      )
    },
    dispose: () => session.release(),
  }
}

/**
 * onnxruntime-node 1.30 gives a copy of every output, also of those that it wrote where it was told to.
 * Until the collector came, two of each lay about.
 */
function dropCopy({ data }: ort.Tensor): void {
  ;(data as Float32Array<ArrayBuffer>).buffer.transfer(0)
}

function resultsOf(
  results: ort.InferenceSession.OnnxValueMapType,
  names: readonly string[],
): Record<string, HostTensor> {
  return Object.fromEntries(names.map((name) => [name, fromOrt(results[name] as ort.Tensor)]))
}
