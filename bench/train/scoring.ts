import { performance } from 'node:perf_hooks'
import { argmax } from '../../core/probability.ts'
import type { Executor } from '../../engine/executor.ts'
import { fewclueTasks } from '../../learn/fewclue.ts'
import { createScorer } from '../../learn/fuzzy-pet/score.ts'
import { fill, textBudget, variants } from '../../learn/prompt/variants.ts'
import type { Model } from '../../worker/model-folder.ts'
import { poolOf } from './batches.ts'
import type { Peer } from './peer.ts'

const now = () => performance.now()

const chunk = 500
const maxTokens = 128

export interface ScoreTimes {
  /** Seconds of each chunk of texts. */
  readonly own: readonly number[]
  readonly pipeline: readonly number[]
  readonly sorted: readonly number[]
  /** The pipeline's batch size that did best on some of the texts. */
  readonly pipelineBatch: number
  /** The share of texts whose best class is the same here and in the sorted loop. */
  readonly sameClass: number
}

/** Scores texts of TNEWS chunk by chunk, one side after the other. */
export async function scoreTimes(
  executor: Executor,
  peer: Peer,
  model: Model,
  data: string,
  count: number,
): Promise<ScoreTimes> {
  const { task } = fewclueTasks.tnews
  const { tokenizer } = model
  const all = variants(task, tokenizer)
  const [variant] = all
  const budget = textBudget(all, maxTokens)
  const texts = poolOf(data, 'tnews', count + chunk).map(({ a }, id) => ({ id, a }))
  const scorer = createScorer({ ...model, executor, task, maxTokens, temperature: 1, now })
  // The first chunk compiles programs here and finds the best batch size there.
  const [probe, ...rest] = chunksOf(texts)
  await scorer.score(probe!)
  const pattern = task.patterns[0]!.replace('[MASK]', '[MASK]'.repeat(variant!.masks))
  const written = (a: string) => pattern.replace('{a}', a.slice(0, budget))
  // The tokens that the classes' words begin with; the pipeline takes single tokens as targets.
  const words = [...new Set(variant!.words.flat().map((ids) => tokenizer.vocab[ids[0]!]!))]
  const { batch } = await peer.ask<{ batch: number }>('score_pipeline', {
    texts: probe!.map(({ a }) => written(a)),
    words,
    sizes: [1, 8, 32, 64],
    probe: 128,
  })
  const times = { own: [] as number[], pipeline: [] as number[], sorted: [] as number[] }
  let same = 0
  for (const part of rest) {
    const started = performance.now()
    const scored = await scorer.score(part)
    times.own.push((performance.now() - started) / 1000)

    const filled = part.map((text) => fill(tokenizer, variant!, text, budget))
    const sorted = await peer.ask<{ seconds: number; answers: number[] }>('score_sorted', {
      ids: filled.map(({ ids }) => ids),
      places: filled.map(({ maskPositions }) => maskPositions),
      words: variant!.words,
      batch: 32,
      pad: tokenizer.specials.pad,
    })
    times.sorted.push(sorted.seconds)
    same += scored.filter(({ logits }, i) => argmax(logits) === sorted.answers[i]).length

    const piped = await peer.ask<{ seconds: number }>('score_pipeline', {
      texts: part.map(({ a }) => written(a)),
      words,
      sizes: [batch],
      probe: 1,
    })
    times.pipeline.push(piped.seconds)
  }
  await scorer.dispose()
  return { ...times, pipelineBatch: batch, sameClass: same / (rest.length * chunk) }
}

function chunksOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.floor(items.length / chunk) }, (_, i) =>
    items.slice(i * chunk, (i + 1) * chunk),
  )
}
