import {
  floatData,
  floats,
  interfaceOf,
  type Feeds,
  type HostTensor,
  type Program,
} from '../../engine/executor.ts'
import type { HostStore } from '../../engine/host-store.ts'
import type { Graph } from '../../engine/ir/graph.ts'
import { isOp, type Node } from '../../engine/ir/node.ts'
import { evaluateNode } from '../../engine/reference.ts'
import type { LoopCall, LoopPlan } from '../../engine/wasm/loops.ts'
import { LoopMemory } from './loop-memory.ts'

/**
 * A program of loops over a store. Its figures are computed at once; the tensors change when the step
 * is accepted, each where it lies. Scalars are computed in float64.
 */
export function loopProgram(graph: Graph, plan: LoopPlan): Program {
  const module = new WebAssembly.Module(plan.module)
  const instances = new WeakMap<LoopMemory, WebAssembly.Instance>()
  return {
    ...interfaceOf(graph),
    async run(feeds, store) {
      const memory = LoopMemory.of(store as HostStore)
      memory.reach(plan.tensors.keys())
      const imports = { host: { memory: memory.memory } }
      const instance = instances.get(memory) ?? new WebAssembly.Instance(module, imports)
      instances.set(memory, instance)
      const pass = new Pass(plan, feeds, memory, instance)
      const figures = plan.figures.map(([name, node]): [string, HostTensor] => {
        return [name, floats([], Float32Array.of(pass.scalar(node)))]
      })
      ;(store as HostStore).later(() => pass.write())
      return Object.fromEntries(figures)
    },
    dispose: async () => {},
  }
}

/** One run: what is known of its scalars so far. */
class Pass {
  readonly #plan: LoopPlan
  readonly #feeds: Feeds
  readonly #memory: LoopMemory
  readonly #instance: WebAssembly.Instance
  readonly #values = new Map<Node, readonly Float64Array[]>()

  constructor(plan: LoopPlan, feeds: Feeds, memory: LoopMemory, instance: WebAssembly.Instance) {
    this.#plan = plan
    this.#feeds = feeds
    this.#memory = memory
    this.#instance = instance
  }

  scalar(node: Node): number {
    if (!this.#values.has(node)) this.#find(node)
    return this.#values.get(node)![0]![0]!
  }

  /** Every scalar is computed from what the tensors were before. */
  write(): void {
    const calls = this.#plan.writes.map((call) => [call, this.#scalarsOf(call)] as const)
    for (const [call, scalars] of calls) this.#call(call, scalars, [])
  }

  #find(node: Node): void {
    const call = this.#plan.sums.get(node)
    if (call !== undefined) return this.#sum(call)
    if (isOp(node, 'Input')) {
      this.#set(node, floatData(this.#feeds[node.attributes.name])[0]!)
    } else {
      node.inputs.forEach((input) => this.scalar(input))
      this.#values.set(node, evaluateNode(node, this.#values))
    }
  }

  #sum(call: LoopCall): void {
    this.#call(call, this.#scalarsOf(call), [0])
    const { sums } = this.#memory
    call.sums.forEach((node, i) => this.#set(node, sums[i]!))
  }

  #set(node: Node, value: number): void {
    this.#values.set(node, [Float64Array.of(value)])
  }

  #scalarsOf({ scalars }: LoopCall): number[] {
    return scalars.map((node) => this.scalar(node))
  }

  #call(call: LoopCall, scalars: readonly number[], sumAddress: readonly number[]): void {
    const addresses = call.tensors.map((name) => this.#memory.address(name))
    const compute = this.#instance.exports[call.function]!
    compute(...addresses, ...scalars, ...sumAddress, 0, call.size)
  }
}
