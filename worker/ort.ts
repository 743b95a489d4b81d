import * as ort from 'onnxruntime-node'
import type { Executor, HostTensor, Program, Tensor } from '../engine/executor.ts'
import { GraphBuilder } from '../engine/ir/builder.ts'
import { inputsOf, type Graph } from '../engine/ir/graph.ts'
import { emitOnnx } from '../engine/onnx/emit.ts'
import { fuse, fuseLayerNorms } from '../engine/rewrite/fuse.ts'
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
    async dispose() {
      for (const program of [...programs]) await program.dispose()
    },
  }
}

/** A graph as the bytes that onnxruntime is given: simplified, fused, emitted. */
export function toOnnx(graph: Graph): Uint8Array {
  const b = new GraphBuilder()
  return emitOnnx(fuse(b, simplify(b, graph)))
}

/**
 * The same with operators of the ONNX standard only, for files that leave the program: any runtime
 * reads them, and onnxruntime finds the other kernels by itself (2 to 9 % slower than `toOnnx`).
 */
export function toStandardOnnx(graph: Graph): Uint8Array {
  const b = new GraphBuilder()
  return emitOnnx(fuseLayerNorms(b, simplify(b, graph)))
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
    async run(feeds, into = {}) {
      const fed: Record<string, ort.Tensor> = {}
      for (const { name } of inputs) fed[name] = toOrt(name, feeds[name])
      const fetches: Record<string, ort.Tensor | null> = {}
      for (const name of outputs) fetches[name] = into[name] ? toOrt(name, into[name]) : null
      const results = await session.run(fed, fetches)
      return Object.fromEntries(
        outputs.map((name) => [name, into[name] ?? fromOrt(results[name]!)]),
      )
    },
    async dispose() {
      onDispose()
      await session.release()
    },
  }
}

function toOrt(name: string, tensor: Tensor | undefined): ort.Tensor {
  if (tensor === undefined) throw new Error(`${name} was not fed`)
  if (tensor.place !== 'host') throw new Error(`${name} is not in host memory`)
  return new ort.Tensor(tensor.dtype, tensor.data, tensor.shape)
}

function fromOrt(tensor: ort.Tensor): HostTensor {
  return {
    place: 'host',
    dtype: tensor.type as HostTensor['dtype'],
    shape: tensor.dims,
    data: tensor.data as HostTensor['data'],
  }
}
