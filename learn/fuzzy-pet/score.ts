import type { Scored, Task, TextItem } from '../../core/task.ts'
import { floatData, type Executor, type Program, type Store } from '../../engine/executor.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import type { BertConfig } from '../model/config.ts'
import { parameterShapes, type Weights } from '../model/parameters.ts'
import type { FilledPattern } from '../prompt/pattern.ts'
import { textBudget, variants, type Variant } from '../prompt/variants.ts'
import { scoreText, type VariantScore } from '../prompt/words.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { bucketOf, patternFeeds } from './batch.ts'
import { wordLogProbabilities } from './graph.ts'
import { fill } from './train.ts'

export interface ScoreInput {
  readonly executor: Executor
  readonly config: BertConfig
  readonly tokenizer: TextTokenizer
  readonly weights: Weights
  readonly task: Task
  readonly maxTokens: number
  readonly temperature: number
}

/** Scores texts with all patterns and word groups of a task. */
export interface Scorer {
  /** In the order of the texts given; the more at once, the less padding. */
  score(texts: readonly TextItem[]): Promise<Scored[]>
  dispose(): Promise<void>
}

const batch = 32

export function createScorer(input: ScoreInput): Scorer {
  const { tokenizer, task, maxTokens, temperature } = input
  const all = variants(task, tokenizer)
  const budget = textBudget(all, maxTokens)
  const weights = input.executor.createStore(input.weights)
  const programs = new Map<string, Promise<Program>>()
  const program = (variant: Variant, tokens: number): Promise<Program> => {
    const key = `${variant.patternIndex} ${variant.masks} ${tokens}`
    const known = programs.get(key) ?? compile(input, variant, tokens)
    programs.set(key, known)
    return known
  }
  return {
    async score(texts) {
      const passes: VariantScore[][] = []
      for (const variant of all) {
        const filled = texts.map((text) => fill(tokenizer, variant, text, budget))
        passes.push(await runVariant(input, await weights, variant, filled, program))
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

function compile(input: ScoreInput, variant: Variant, tokens: number): Promise<Program> {
  const b = new GraphBuilder()
  const shapes = parameterShapes(input.config)
  const parameter = (name: string) => b.input(name, 'float32', shapes.get(name)!)
  const words = wordLogProbabilities(b, input.config, parameter, variant, { batch, tokens })
  return input.executor.compile({ outputs: { words } })
}

/** One variant's pass over all texts, shortest first so that a batch has little padding. */
async function runVariant(
  input: ScoreInput,
  weights: Store,
  variant: Variant,
  filled: readonly FilledPattern[],
  program: (variant: Variant, tokens: number) => Promise<Program>,
): Promise<VariantScore[]> {
  const { masks, groups, attainable } = variant
  const order = filled
    .map((_, i) => i)
    .sort((p, q) => filled[p]!.ids.length - filled[q]!.ids.length)
  const scores = new Array<VariantScore>(filled.length)
  const classes = attainable.length
  for (const rows of batchesByBucket(order, filled, input.maxTokens)) {
    const chosen = rows.map((i) => filled[i]!)
    const tokens = bucketOf(chosen.at(-1)!.ids.length, input.maxTokens)
    const feeds = patternFeeds(chosen, { batch, tokens }, input.tokenizer.specials.pad)
    const compiled = await program(variant, tokens)
    const out = await compiled.run(feeds, weights)
    const data = floatData(out['words'])
    rows.forEach((i, row) => {
      const logProbabilities = groups.map((_, g) => {
        const start = (row * groups.length + g) * classes
        return Array.from(data.subarray(start, start + classes))
      })
      scores[i] = { masks, groups, attainable, logProbabilities }
    })
  }
  return scores
}

/** Rows of one bucket, at most a batch of them at a time. */
function batchesByBucket(
  order: readonly number[],
  filled: readonly FilledPattern[],
  maxTokens: number,
): number[][] {
  const batches: number[][] = []
  let bucket = -1
  for (const i of order) {
    const own = bucketOf(filled[i]!.ids.length, maxTokens)
    if (own !== bucket || batches.at(-1)!.length === batch) batches.push([])
    bucket = own
    batches.at(-1)!.push(i)
  }
  return batches
}
