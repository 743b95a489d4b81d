import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { MemoryQuestion, Recipe } from '../../core/job.ts'
import { Stream } from '../../core/random.ts'
import type { Task, TrainingItem } from '../../core/task.ts'
import { train, trainPlan } from '../../learn/fuzzy-pet/train.ts'
import { freshBert } from '../../learn/model/config.ts'
import { initialWeights } from '../../learn/model/initial-weights.ts'
import { recipeFor } from '../../learn/recipe.ts'
import { createTokenizer } from '../../learn/text/tokenizer.ts'
import { specialTokens } from '../../learn/text/special-tokens.ts'
import { freshState } from '../../learn/train/state.ts'
import { ortExecutor } from '../../worker/ort.ts'
import { runMemory } from '../../worker/run-memory.ts'

/** A few steps of a run, in a process of its own, and what they take or are estimated to take. */
export interface RunCase {
  readonly layers: number
  readonly hidden: number
  readonly heads: number
  readonly recipe: Partial<Recipe>
  /** Characters of the texts, in turn. */
  readonly lengths: readonly number[]
}

const given = JSON.parse(process.argv[3]!) as RunCase
const { layers, hidden, heads } = given
const vocabSize = 8000
const first = 0x4e00
const characters = Array.from({ length: vocabSize - specialTokens.length }, (_, i) =>
  String.fromCodePoint(first + i),
)
const tokenizer = createTokenizer([...specialTokens, ...characters])
const config = freshBert({
  vocabSize,
  hiddenSize: hidden,
  layers,
  heads,
  intermediateSize: 4 * hidden,
  maxPositions: 512,
})
const [yes, no] = characters as [string, string]
const task: Task = {
  kind: 'single',
  classes: [
    { id: 'yes', name: yes },
    { id: 'no', name: no },
  ],
  patterns: ['{a}[MASK]'],
  groups: [{ name: yes + no, words: { yes, no } }],
}
const recipe = recipeFor(config, 0, given.recipe)
const texts = Array.from({ length: recipe.batch }, (_, i) =>
  characters.slice(i, i + given.lengths[i % given.lengths.length]!).join(''),
)

console.log(process.argv[2] === 'estimate' ? await estimate() : await measure())

async function estimate(): Promise<number> {
  const question: MemoryQuestion = {
    kind: 'memory',
    task,
    model: '',
    device: 'cpu',
    recipe,
    count: texts.length,
    texts: texts.map((a) => ({ a, kind: 'gold' })),
  }
  return (await runMemory(question, { config, tokenizer }))!.bytes
}

async function measure(): Promise<number> {
  const threads = cpus().length
  const executor = ortExecutor({ threads })
  const offload = recipe.offload ? ortExecutor({ threads }) : undefined
  const weights = initialWeights(config, new Stream(1, 'bench'))
  const state = await freshState(trainPlan({ executor, offload }, config, recipe), weights, 1)
  const items = texts.map((a, id): TrainingItem => {
    return { id, a, target: { kind: 'class', class: id % 2 }, weight: 1, gold: true }
  })
  for await (const _ of train({ config, tokenizer, task, recipe, seed: 1, items }, state));
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1])
}
