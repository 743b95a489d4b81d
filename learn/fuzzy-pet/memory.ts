import type { Executor, ProgramMemory } from '../../engine/executor.ts'
import { inputsOf, type Graph } from '../../engine/ir/graph.ts'
import { bytesOf } from '../../engine/onnx/kernels.ts'
import type { ParameterShapes } from '../model/parameters.ts'
import { graphsOf } from '../train/graphs.ts'
import type { StepPlan } from '../train/plan.ts'
import { storedShapes } from '../train/state.ts'
import { frozenGraph } from './frozen-states.ts'
import { cacheBytesOf, Layout, type Part } from './layout.ts'
import type { TrainInput } from './train.ts'

/** What a run takes beside the weights of the base model that were read, in bytes. */
export interface RunMemory {
  /** What is trained, its moments and gradients, and their next values, where losses are computed. */
  readonly state: number
  /** Moments and master weights where those are offloaded; otherwise 0. */
  readonly master: number
  /** Parameters that are not trained, as they lie on a device that is not the host. */
  readonly frozen: number
  /** Programs that compute losses, and the update where it is not offloaded. */
  readonly programs: ProgramBytes
  /** The program of an update that is offloaded. */
  readonly update: ProgramBytes
  /** What is kept of what frozen layers give. */
  readonly cache: number
}

export interface ProgramBytes {
  /** As long as they are there: those of all shapes are. */
  readonly kept: number
  /** By the one that needs most, while it is at work. */
  readonly run: number
}

/**
 * What a run would take, or undefined where its executor cannot tell. Nothing is compiled and no state is
 * made: the steps are laid out for the texts given, and the graphs of their shapes are looked at.
 */
export function memoryOfRun(input: TrainInput, plan: StepPlan): RunMemory | undefined {
  const { executor, offload, trained } = plan
  const layout = new Layout(input, plan)
  const parts = partsOf(layout, input.recipe.steps)
  const { store, master } = storedShapes(plan)
  const graphs = (part: Part) => graphsOf(plan, layout.lossOf(part))
  const batches = programsOf(parts, (part) => looked(executor, graphs(part).batch, store))
  const { update } = graphs(parts[0]!)
  const updating = update && looked(offload ?? executor, update, master ?? store)
  const below = belowTrained(input, plan, parts)
  if (!batches || (update && !updating) || !below) return undefined
  const inStore = [...batches, ...(updating && !offload ? [updating] : [])]
  return {
    state: stateBytes(store, trained.frozen, inStore),
    master: master && updating ? stateBytes(master, none, [updating]) : 0,
    frozen: bytesOfAll(trained.frozen),
    programs: together([...inStore, ...below.programs]),
    update: together(updating && offload ? [updating] : []),
    cache: below.cache,
  }
}

/** One part of each shape that the steps have, smaller ones first. */
function partsOf(layout: Layout, steps: number): Part[] {
  const byShape = new Map<string, Part>()
  for (let step = 0; step < steps; step++) {
    for (const part of layout.of(step).parts) byShape.set(part.shape, part)
  }
  return [...byShape.values()].sort((a, b) => rowsOf(a) - rowsOf(b))
}

const rowsOf = ({ size }: Part) => size.batch * size.tokens

/** A program at work, its feeds counted. */
function looked(
  executor: Executor,
  graph: Graph,
  stored: ParameterShapes,
): ProgramMemory | undefined {
  const memory = executor.memoryOf?.(graph)
  const fed = inputsOf(graph).filter(({ attributes }) => !stored.has(attributes.name))
  return memory && { ...memory, run: memory.run + fed.reduce((sum, one) => sum + bytesOf(one), 0) }
}

/** The smallest, the middle and the largest are looked at; the others lie between them. */
function programsOf(
  parts: readonly Part[],
  look: (part: Part) => ProgramMemory | undefined,
): ProgramMemory[] | undefined {
  const last = parts.length - 1
  const known = new Map<number, ProgramMemory>()
  for (const at of new Set([0, Math.floor(last / 2), last])) {
    const memory = look(parts[at]!)
    if (!memory) return undefined
    known.set(at, memory)
  }
  return parts.map((part, i) => {
    const [from, to] = [
      [...known.keys()].findLast((at) => at <= i)!,
      [...known.keys()].find((at) => at >= i)!,
    ]
    const [low, high] = [known.get(from)!, known.get(to)!]
    const width = rowsOf(parts[to]!) - rowsOf(parts[from]!)
    const share = width === 0 ? 0 : (rowsOf(part) - rowsOf(parts[from]!)) / width
    const between = (a: number, b: number) => a + share * (b - a)
    return { ...high, run: between(low.run, high.run), kept: between(low.kept, high.kept) }
  })
}

function together(programs: readonly ProgramMemory[]): ProgramBytes {
  return {
    kept: programs.reduce((sum, program) => sum + program.kept, 0),
    run: Math.max(0, ...programs.map(({ run }) => run)),
  }
}

const none: ParameterShapes = new Map()

/** Tensors of a store, and the next values that some of them have beside them. */
function stateBytes(
  stored: ParameterShapes,
  frozen: ParameterShapes,
  programs: readonly ProgramMemory[],
): number {
  const own = [...stored].filter(([name]) => !frozen.has(name))
  const beside = new Set(programs.flatMap((program) => program.beside))
  return bytesOfAll(own) + bytesOfAll(own.filter(([name]) => beside.has(name)))
}

function bytesOfAll(shapes: Iterable<readonly [string, readonly number[]]>): number {
  return [...shapes].reduce((sum, [, shape]) => sum + bytesOf({ shape, dtype: 'float32' }), 0)
}

/** What computes below the first trained layer, and what is kept of it: each text once in each variant. */
function belowTrained(
  input: TrainInput,
  { executor, trained }: StepPlan,
  parts: readonly Part[],
): { readonly programs: readonly ProgramMemory[]; readonly cache: number } | undefined {
  const bytes = cacheBytesOf(input)
  const { firstLayer } = trained
  if (firstLayer === undefined || bytes === 0) return { programs: [], cache: 0 }
  const { hiddenSize } = input.config
  const tokens = Math.max(...parts.map(({ size }) => size.tokens))
  const graph = frozenGraph(input.config, firstLayer, { batch: 1, tokens })
  const program = looked(executor, graph, trained.frozen)
  const variants = new Set(parts.map(({ variant }) => variant)).size
  const all = bytesOf({
    shape: [input.items.length, variants, tokens, hiddenSize],
    dtype: 'float32',
  })
  return program && { programs: [program], cache: Math.min(bytes, all) }
}
