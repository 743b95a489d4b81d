import * as ort from 'onnxruntime-node'
import type { Executor, HostTensor, Program } from '../engine/executor.ts'
import { HostStore } from '../engine/host-store.ts'
import { GraphBuilder } from '../engine/ir/builder.ts'
import { inputsOf, type Graph } from '../engine/ir/graph.ts'
import { emitOnnx } from '../engine/onnx/emit.ts'
import { blockMatMuls } from '../engine/rewrite/block.ts'
import { fuse, fuseGelus, spellGelus } from '../engine/rewrite/fuse.ts'
import { fuseLayerNorms } from '../engine/rewrite/layer-norm.ts'
import { simplify } from '../engine/rewrite/simplify.ts'

export interface OrtOptions {
  readonly threads: number
}

/** The executor over onnxruntime's CPU provider. */
export function ortExecutor({ threads }: OrtOptions): Executor {
  const programs = new Set<Program>()
  return {
    name: 'onnxruntime cpu',
    async compile(graph) {
      const program = await compile(graph, threads, () => programs.delete(program))
      programs.add(program)
      return program
    },
    createStore: async (tensors) => new HostStore(tensors),
    async dispose() {
      for (const program of [...programs]) await program.dispose()
    },
  }
}

/** A graph as the bytes that onnxruntime is given: simplified, fused, emitted. */
export function toOnnx(graph: Graph): Uint8Array {
  const b = new GraphBuilder()
  return emitOnnx(blockMatMuls(b, fuse(b, simplify(b, graph))))
}

/**
 * The same with operators of the ONNX standard only, for files that leave the program: any runtime
 * reads them, and onnxruntime finds the other kernels by itself (2 to 9 % slower than `toOnnx`).
 */
export function toStandardOnnx(graph: Graph): Uint8Array {
  const b = new GraphBuilder()
  return emitOnnx(spellGelus(b, fuseGelus(b, fuseLayerNorms(b, simplify(b, graph)))))
}

async function compile(graph: Graph, threads: number, onDispose: () => void): Promise<Program> {
  const session = await ort.InferenceSession.create(toOnnx(graph), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // The arena keeps pages between steps; without it a fifth of a step is page faults.
    enableCpuMemArena: true,
    logSeverityLevel: 3,
  })
  const inputs = inputsOf(graph).map(({ attributes: { name, type } }) => ({ name, ...type }))
  const outputs = Object.keys(graph.outputs)
  return {
    inputs,
    outputs,
    async run(feeds, store) {
      const host = store as HostStore | undefined
      const fed: Record<string, ort.Tensor> = {}
      for (const { name } of inputs) fed[name] = toOrt(name, feeds[name] ?? host?.get(name))
      const into = host?.next(outputs)
      const fetches = outputs.map((name) => [
        name,
        into?.has(name) ? toOrt(name, into.get(name)) : null,
      ])
      const results = await session.run(fed, Object.fromEntries(fetches))
      const rest = outputs.filter((name) => !into?.has(name))
      return Object.fromEntries(rest.map((name) => [name, fromOrt(results[name]!)]))
    },
    async dispose() {
      onDispose()
      await session.release()
    },
  }
}

/** The tensors of a store are seen by onnxruntime again and again. */
const seen = new WeakMap<HostTensor, ort.Tensor>()

function toOrt(name: string, tensor: HostTensor | undefined): ort.Tensor {
  if (tensor === undefined) throw new Error(`${name} was not fed`)
  const known = seen.get(tensor) ?? new ort.Tensor(tensor.dtype, tensor.data, tensor.shape)
  seen.set(tensor, known)
  return known
}

function fromOrt(tensor: ort.Tensor): HostTensor {
  return {
    dtype: tensor.type as HostTensor['dtype'],
    shape: tensor.dims,
    data: tensor.data as HostTensor['data'],
  }
}
