import type { Tensor } from '@tensorflow/tfjs-core'
import {
  interfaceOf,
  type Executor,
  type Feeds,
  type HostTensor,
  type Program,
} from '../engine/executor.ts'
import { GraphBuilder } from '../engine/ir/builder.ts'
import { inputsOf, nodesOf, type Graph } from '../engine/ir/graph.ts'
import { isOp, type Node } from '../engine/ir/node.ts'
import { ProgramCache } from '../engine/program-cache.ts'
import { bindLengths, lengthsOf } from '../engine/rewrite/bind.ts'
import { simplify } from '../engine/rewrite/simplify.ts'
import { memoryOnDevice } from './ort/memory.ts'
import { computeNode, type Tf } from './tfjs/ops.ts'
import { TfStore } from './tfjs/store.ts'
import { constant, fromTf, toTf } from './tfjs/tensors.ts'

/**
 * The executor over TensorFlow.js, whatever backend it has: op by op over the primitives, each tensor
 * let go of after its last use.
 */
export function tfjsExecutor(tf: Tf): Executor {
  const programs = new Set<Program>()
  return {
    name: `tfjs ${tf.getBackend()}`,
    async compile(graph) {
      const compiled = compile(tf, graph)
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
    memoryOf: (graph) => memoryOnDevice(simplify(new GraphBuilder(), graph)),
    createStore: async (tensors) => new TfStore(tf, tensors),
    async dispose() {
      for (const program of [...programs]) await program.dispose()
    },
  }
}

/** Programs of a graph with free lengths that are kept, one for each of the lengths used last. */
const keptSizes = 16

/** Every length has to be known here: one that is free is bound by what is fed. */
function compile(tf: Tf, graph: Graph): Program {
  const shape = inputsOf(graph).flatMap(({ attributes: { type } }) => type.shape)
  if (shape.every((dim) => typeof dim === 'number')) return compileBound(tf, graph)
  const programs = new ProgramCache(keptSizes)
  return {
    ...interfaceOf(graph),
    async run(feeds, store) {
      const lengths = lengthsOf(graph, (name) => feeds[name]?.shape)
      const bound = () => compileBound(tf, bindLengths(new GraphBuilder(), graph, lengths))
      return (await programs.of([...lengths].join(' '), bound)).run(feeds, store)
    },
    dispose: () => programs.dispose(),
  }
}

function compileBound(tf: Tf, original: Graph): Program {
  const graph = simplify(new GraphBuilder(), original)
  const steps = planSteps(graph)
  const constants = new Map<Node, Tensor>()
  for (const { node } of steps) {
    if (isOp(node, 'Constant')) constants.set(node, constant(tf, node.attributes.values, node))
  }
  return {
    ...interfaceOf(original),
    async run(feeds, store) {
      const own = store as TfStore | undefined
      const results = await compute(tf, graph, steps, constants, feeds, own)
      const outputs: Record<string, HostTensor> = {}
      for (const [name, tensor] of results) {
        if (own?.keep(name, tensor)) continue
        outputs[name] = await fromTf(tensor)
        tensor.dispose()
      }
      return outputs
    },
    async dispose() {
      for (const tensor of constants.values()) tensor.dispose()
      constants.clear()
    },
  }
}

/** A node, and those whose tensors are not needed any more once it is computed. */
interface Step {
  readonly node: Node
  readonly spent: readonly Node[]
}

function planSteps(graph: Graph): Step[] {
  const nodes = nodesOf(graph)
  const last = new Map<Node, Node>()
  for (const node of nodes) {
    last.set(node, node)
    for (const input of node.inputs) last.set(input, node)
  }
  for (const output of Object.values(graph.outputs)) last.delete(output)
  const spent = new Map<Node, Node[]>()
  for (const [node, user] of last) spent.set(user, [...(spent.get(user) ?? []), node])
  return nodes.map((node) => ({ node, spent: spent.get(node) ?? [] }))
}

/** The outputs, which are the caller's to dispose of. Nothing else is left, whatever happens. */
async function compute(
  tf: Tf,
  graph: Graph,
  steps: readonly Step[],
  constants: ReadonlyMap<Node, Tensor>,
  feeds: Feeds,
  store: TfStore | undefined,
): Promise<Map<string, Tensor>> {
  const values = new Map<Node, Tensor>(constants)
  /** Tensors of this run; those of the store and of the program outlive it. */
  const own = new Map<Node, Tensor>()
  const free = (node: Node) => {
    own.get(node)?.dispose()
    own.delete(node)
  }
  try {
    for (const { node, spent } of steps) {
      if (constants.has(node)) continue
      const kept = isOp(node, 'Input') ? storedInput(node, feeds, store) : undefined
      const tensor = kept ?? valueOf(tf, node, feeds, values)
      values.set(node, tensor)
      if (kept === undefined) own.set(node, tensor)
      spent.forEach(free)
    }
    const outputs = Object.entries(graph.outputs).map(
      ([name, node]) => [name, tf.clone(values.get(node)!)] as const,
    )
    return new Map(outputs)
  } finally {
    for (const node of [...own.keys()]) free(node)
  }
}

function storedInput(
  { attributes: { name } }: Node<'Input'>,
  feeds: Feeds,
  store: TfStore | undefined,
): Tensor | undefined {
  return name in feeds ? undefined : store?.get(name)
}

function valueOf(tf: Tf, node: Node, feeds: Feeds, values: ReadonlyMap<Node, Tensor>): Tensor {
  if (isOp(node, 'Input')) return toTf(tf, node.attributes.name, feeds[node.attributes.name])
  return computeNode(
    tf,
    node,
    node.inputs.map((input) => values.get(input)!),
  )
}

/** The native TensorFlow of whoever has installed it; undefined where nobody has. */
export async function loadTfjs(): Promise<Tf | undefined> {
  // Not a literal, so that the compiler does not look for a package that may not be there.
  const name: string = '@tensorflow/tfjs-node-gpu'
  try {
    const tf = (await import(name)) as Tf
    await tf.ready()
    return tf
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
