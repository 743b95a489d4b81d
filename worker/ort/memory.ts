import { nextOf, type ProgramMemory } from '../../engine/executor.ts'
import { inputsOf, type Graph } from '../../engine/ir/graph.ts'
import type { Node } from '../../engine/ir/node.ts'
import { bytesOf } from '../../engine/onnx/kernels.ts'
import { memoryOf } from '../../engine/onnx/memory.ts'
import { keepsHeap } from './heap.ts'

/** What a session keeps of a graph beside its constants, and what building it takes for a while. */
const perKernel = { session: 6 * 2 ** 10, building: 20 * 2 ** 10 }
/** V8 collects before there is more of what building has left behind. */
const mostBuilding = 128 * 2 ** 20

/** The share of the copies for which a heap that results have left in pieces grows. */
const inPieces = 1 / 4

/**
 * What a program takes whose store is in the memory of the host, given its graph as it is emitted.
 * Whatever comes out is copied for JavaScript when the run is over.
 */
export function memoryInHost(emitted: Graph): ProgramMemory {
  const read = new Set(inputsOf(emitted).map(({ attributes }) => attributes.name))
  const outputs = Object.entries(emitted.outputs)
  const beside = [...read].filter((name) => nextOf(name) in emitted.outputs)
  const placed = new Set(outputs.map(([name]) => name).filter(isNext))
  const { peak, constants, kernels } = memoryOf(emitted, placed)
  const results = outputs.filter(([name]) => !placed.has(name))
  const copied = sizeOf(outputs) + sizeOf(results)
  const building = Math.min(mostBuilding, kernels * perKernel.building)
  const own = constants + kernels * perKernel.session
  // An arena is there as long as its session.
  return keepsHeap
    ? { run: Math.max(peak + building, copied) + copied * inPieces, kept: own, beside }
    : { run: building + copied, kept: own + peak, beside }
}

/** The same for a program whose store is on the device, where next values stay among the results. */
export function memoryOnDevice(emitted: Graph): ProgramMemory {
  const { peak, constants } = memoryOf(emitted)
  return { run: peak, kept: constants, beside: [] }
}

/** For a device that everything a run reads is sent to, and all results sent back from. */
export function memoryOfTraveller(emitted: Graph): ProgramMemory {
  const { run, kept } = memoryOnDevice(emitted)
  return { run: run + sizeOf(inputsOf(emitted).map((input) => ['', input])), kept, beside: [] }
}

function sizeOf(tensors: readonly (readonly [string, Node])[]): number {
  return tensors.reduce((sum, [, node]) => sum + bytesOf(node), 0)
}

const isNext = (name: string) => name.startsWith(nextOf(''))
