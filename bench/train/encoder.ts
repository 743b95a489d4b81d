import { performance } from 'node:perf_hooks'
import { Stream } from '../../core/random.ts'
import { floats, integers, nextOf, scalar, type Executor } from '../../engine/executor.ts'
import { gradients } from '../../engine/gradient.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import type { Node } from '../../engine/ir/node.ts'
import { checkpointedGradients } from '../../engine/rewrite/checkpoint.ts'
import { encode } from '../../learn/model/bert.ts'
import { parameterShapes } from '../../learn/model/parameters.ts'
import type { Model } from '../../worker/model-folder.ts'
import { productFlops } from './flops.ts'

/**
 * Forward and backward of the encoder at every position, with the gradient of every parameter: nothing
 * that only Fuzzy-PET can leave out is left out. Each call runs it once and gives the seconds. With
 * `every`, activations stay at every so many boundaries.
 */
export async function encoderRun(
  executor: Executor,
  { config, weights }: Model,
  batch: number,
  tokens: number,
  every = 0,
): Promise<{ run(): Promise<number>; readonly flops: number; dispose(): Promise<void> }> {
  const b = new GraphBuilder()
  const shapes = [...parameterShapes(config)].filter(([name]) => !name.startsWith('cls.'))
  const parameters = shapes.map(([name, shape]) => b.input(name, 'float32', shape))
  const byName = new Map(shapes.map(([name], i) => [name, parameters[i]!]))
  const states = encode(b, config, (name) => byName.get(name)!, {
    ids: b.input('ids', 'int64', [batch, tokens]),
    mask: b.input('mask', 'float32', [batch, tokens]),
    positions: b.integers(Array.from({ length: tokens }, (_, i) => i)),
    select: (x) => x,
  })
  const weighted = b.mul(states, b.input('weights', 'float32', states.shape))
  const loss = b.reduceSum(weighted, [0, 1, 2])
  const found =
    every > 0 ? checkpointedGradients(b, loss, parameters, every) : gradients(b, loss, parameters)
  const names = shapes.map(([name]) => `${name}.gradient`)
  const outputs: Record<string, Node> = { loss }
  found.forEach((gradient, i) => (outputs[nextOf(names[i]!)] = gradient))

  const program = await executor.compile({ outputs })
  const store = await executor.createStore(
    new Map([
      ...shapes.map(([name]) => [name, weights.get(name)!] as const),
      ...shapes.map(([, shape], i) => [names[i]!, floats(shape)] as const),
    ]),
  )
  const stream = new Stream(1, 'ids')
  const draw = () => 200 + stream.below(config.vocabSize - 200)
  const size = batch * tokens
  const feeds = {
    ids: integers([batch, tokens], Array.from({ length: size }, draw)),
    mask: floats([batch, tokens], new Float32Array(size).fill(1)),
    weights: floats(states.shape as number[], new Float32Array(size * config.hiddenSize).fill(1)),
    zero: scalar(0),
  }
  return {
    flops: productFlops({ outputs }),
    async run() {
      const started = performance.now()
      await program.run(feeds, store)
      store.accept()
      return (performance.now() - started) / 1000
    },
    async dispose() {
      await program.dispose()
      await store.dispose()
    },
  }
}
