import type { Scored, Task, TextItem } from '../../core/task.ts'
import { floatData, type Executor, type Program } from '../../engine/executor.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import { sumRowsByProducts } from '../../engine/rewrite/row-products.ts'
import type { ModelConfig } from '../model/config.ts'
import { parameterShapes, type Weights } from '../model/parameters.ts'
import type { FilledPattern } from '../prompt/pattern.ts'
import { fill, textBudget, variants, type Variant } from '../prompt/variants.ts'
import { scoreText, type VariantScore } from '../prompt/words.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { BatchProbe } from './batch-probe.ts'
import { patternFeeds, steadySize } from './batch.ts'
import { anySize, wordLogProbabilities, type BatchSize } from './graph.ts'

export interface ScoreInput {
  readonly executor: Executor
  readonly config: ModelConfig
  readonly tokenizer: TextTokenizer
  readonly weights: Weights
  readonly task: Task
  readonly maxTokens: number
  readonly temperature: number
  /** A clock in milliseconds, by which the best size of a batch is found. */
  readonly now: () => number
}

/** Scores texts with all patterns and word groups of a task. */
export interface Scorer {
  /** In the order of the texts given; the more at once, the less padding. */
  score(texts: readonly TextItem[]): Promise<Scored[]>
  dispose(): Promise<void>
}

export function createScorer(input: ScoreInput): Scorer {
  const { executor, tokenizer, task, maxTokens, temperature } = input
  const all = variants(task, tokenizer)
  const budget = textBudget(all, maxTokens)
  const weights = executor.createStore(input.weights)
  const sizeOf = (batch: readonly FilledPattern[]) => {
    const longest = Math.max(...batch.map(({ ids }) => ids.length))
    return steadySize(batch.length, longest, input.config.maxPositions)
  }
  const programs = new Map<Variant, Promise<Program>>()
  const program = (variant: Variant): Promise<Program> => {
    const known = programs.get(variant) ?? compile(input, variant)
    programs.set(variant, known)
    return known
  }
  const probe = new BatchProbe(input.now)
  return {
    async score(texts) {
      const passes: VariantScore[][] = []
      for (const variant of all) {
        const filled = texts.map((text) => fill(tokenizer, variant, text, budget))
        const run = async (batch: readonly FilledPattern[], size: BatchSize) => {
          const feeds = patternFeeds(batch, size, tokenizer.specials.pad)
          const out = await (await program(variant)).run(feeds, await weights)
          return floatData(out['words'])
        }
        passes.push(await scoreAll(variant, filled, { probe, sizeOf, run }))
      }
      return texts.map(({ id }, i) => ({
        id,
        ...scoreText(
          passes.map((pass) => pass[i]!),
          temperature,
        ),
      }))
    },
    async dispose() {
      for (const compiled of programs.values()) await (await compiled).dispose()
      await (await weights).dispose()
    },
  }
}

/** One program for batches of every size: scoring has no more padding than its batches. */
function compile({ executor, config }: ScoreInput, variant: Variant): Promise<Program> {
  const b = new GraphBuilder()
  const shapes = parameterShapes(config)
  const parameter = (name: string) => b.input(name, 'float32', shapes.get(name)!)
  const words = wordLogProbabilities(b, config, parameter, variant, anySize)
  return executor.compile(sumRowsByProducts(b, { outputs: { words } }))
}

interface Pass {
  readonly probe: BatchProbe
  readonly sizeOf: (batch: readonly FilledPattern[]) => BatchSize
  /** The words' log probabilities, [B, G, C]. */
  readonly run: (batch: readonly FilledPattern[], size: BatchSize) => Promise<Float32Array>
}

/** One variant's pass over all texts, shortest first so that a batch has little padding. */
async function scoreAll(
  { masks, groups, attainable }: Variant,
  filled: readonly FilledPattern[],
  { probe, sizeOf, run }: Pass,
): Promise<VariantScore[]> {
  const order = filled
    .map((_, i) => i)
    .sort((p, q) => filled[p]!.ids.length - filled[q]!.ids.length)
  const scores = new Array<VariantScore>(filled.length)
  const classes = attainable.length
  for (let start = 0; start < order.length;) {
    const rows = probe.take(order.slice(start), (i) => sizeOf([filled[i]!]).tokens)
    const chosen = rows.map((i) => filled[i]!)
    const size = sizeOf(chosen)
    const data = await probe.timed(size, () => run(chosen, size))
    rows.forEach((i, row) => {
      const logProbabilities = groups.map((_, g) => {
        const first = (row * groups.length + g) * classes
        return Array.from(data.subarray(first, first + classes))
      })
      scores[i] = { masks, groups, attainable, logProbabilities }
    })
    start += rows.length
  }
  return scores
}
