import type { GraphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { rebuild, type Replace } from './rebuild.ts'

const maxPasses = 20

/** Rebuilds a graph until nothing changes any more. `rulesFor` sees each graph before its pass. */
export function fixpoint(
  b: GraphBuilder,
  graph: Graph,
  rulesFor: (graph: Graph) => Replace,
): Graph {
  let before = graph
  for (let pass = 0; pass < maxPasses; pass++) {
    const after = rebuild(b, before, rulesFor(before))
    if (sameOutputs(before, after)) return after
    before = after
  }
  throw new Error(`no end after ${maxPasses} passes`)
}

function sameOutputs(a: Graph, b: Graph): boolean {
  return Object.entries(a.outputs).every(([name, node]) => b.outputs[name] === node)
}
