import {
  floatData,
  floats,
  type Executor,
  type Feeds,
  type Program,
  type Store,
} from '../../engine/executor.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import type { Graph } from '../../engine/ir/graph.ts'
import type { Dim } from '../../engine/ir/node.ts'
import type { ModelConfig } from '../model/config.ts'
import { parameterShapes } from '../model/parameters.ts'
import type { FilledPattern } from '../prompt/pattern.ts'
import { patternFeeds } from './batch.ts'
import { anySize, statesBelow, type BatchSize } from './graph.ts'

interface Frozen {
  readonly executor: Executor
  readonly config: ModelConfig
  readonly store: Store
  /** Nothing below this layer is trained. */
  readonly layer: number
  readonly padId: number
  /** The most that is kept, in bytes. */
  readonly bytes: number
}

/**
 * What goes into the first trained layer, kept for each filled pattern: it depends on the pattern
 * alone. What was longest unused makes room and is computed again when it is needed.
 *
 * A text is always computed by itself and without padding: so it has the same bits whichever step
 * asks for it first, and a resumed run is an uninterrupted one.
 */
export class FrozenStates {
  readonly #frozen: Frozen
  /** By token ids: [length, H] each, in order of use. */
  readonly #states = new Map<string, Float32Array>()
  #program: Promise<Program> | undefined
  #bytes = 0

  constructor(frozen: Frozen) {
    this.#frozen = frozen
  }

  /** The input `states` of `wordLogProbabilities`, [B, T, H]; zeros stand in the place of padding. */
  async feeds(patterns: readonly FilledPattern[], tokens: number): Promise<Feeds> {
    const { hiddenSize } = this.#frozen.config
    const states = new Float32Array(patterns.length * tokens * hiddenSize)
    for (const [row, pattern] of patterns.entries()) {
      states.set(await this.#of(pattern), row * tokens * hiddenSize)
    }
    return { states: floats([patterns.length, tokens, hiddenSize], states) }
  }

  async dispose(): Promise<void> {
    await (await this.#program)?.dispose()
  }

  async #of(pattern: FilledPattern): Promise<Float32Array> {
    const key = pattern.ids.join(' ')
    const states = this.#states.get(key) ?? (await this.#compute(pattern))
    this.#bytes += this.#states.delete(key) ? 0 : states.byteLength
    this.#states.set(key, states)
    for (const [oldest, { byteLength }] of this.#states) {
      if (this.#bytes <= this.#frozen.bytes) break
      this.#states.delete(oldest)
      this.#bytes -= byteLength
    }
    return states
  }

  async #compute(pattern: FilledPattern): Promise<Float32Array> {
    this.#program ??= this.#compile()
    const { store, padId } = this.#frozen
    const feeds = patternFeeds([pattern], { batch: 1, tokens: pattern.ids.length }, padId)
    const out = await (await this.#program).run(feeds, store)
    return floatData(out['states'])
  }

  #compile(): Promise<Program> {
    const { executor, config, layer } = this.#frozen
    return executor.compile(frozenGraph(config, layer, anySize))
  }
}

/** Gives what goes into a layer, `states`. */
export function frozenGraph(config: ModelConfig, layer: number, size: BatchSize<Dim>): Graph {
  const b = new GraphBuilder()
  const shapes = parameterShapes(config)
  const parameter = (name: string) => b.input(name, 'float32', shapes.get(name)!)
  return { outputs: { states: statesBelow(b, config, parameter, layer, size) } }
}
