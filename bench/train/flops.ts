import { performance } from 'node:perf_hooks'
import { Stream } from '../../core/random.ts'
import { floats, type Executor } from '../../engine/executor.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import { nodesOf, type Graph } from '../../engine/ir/graph.ts'
import { knownShape, sizeOf } from '../../engine/ir/node.ts'

/** The multiplications and additions in the matrix products of a graph. */
export function productFlops(graph: Graph): number {
  return nodesOf(graph)
    .filter(({ op }) => op === 'MatMul')
    .reduce((sum, { inputs, shape }) => {
      return sum + 2 * sizeOf(shape) * knownShape(inputs[0]!.shape).at(-1)!
    }, 0)
}

const width = 2048

/** What the machine's processor does at most, by this executor: a product of square matrices. */
export async function largeProduct(
  executor: Executor,
): Promise<{ run(): Promise<number>; readonly flops: number; dispose(): Promise<void> }> {
  const b = new GraphBuilder()
  const [x, y] = ['x', 'y'].map((name) => b.input(name, 'float32', [width, width]))
  const graph = { outputs: { product: b.matMul(x!, y!) } }
  const program = await executor.compile(graph)
  const stream = new Stream(1, 'product')
  const draw = () =>
    floats(
      [width, width],
      Float32Array.from({ length: width ** 2 }, () => stream.next()),
    )
  const feeds = { x: draw(), y: draw() }
  return {
    flops: productFlops(graph),
    async run() {
      const started = performance.now()
      await program.run(feeds)
      return (performance.now() - started) / 1000
    },
    dispose: () => program.dispose(),
  }
}
