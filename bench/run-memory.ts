import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Recipe } from '../core/job.ts'
import { parseTrained, trainedText } from '../core/step-options.ts'
import { table } from '../main/cli/table.ts'
import { memoryOf } from './memory/of-run.ts'

/**
 * The memory of runs as it is estimated before they start, beside the largest resident set of a fresh
 * process that takes a few steps. Prints a row for each and writes bench/results/run-memory.json.
 *
 * npm run bench:run-memory
 */

const models = [
  [2, 128, 2],
  [4, 312, 12],
  [6, 384, 12],
  [12, 384, 12],
] as const
const batches = [
  [8, 32],
  [16, 64],
  [32, 128],
] as const
const variants: Partial<Recipe>[] = [
  { recompute: 1 },
  { accumulate: 4 },
  { train: parseTrained('top:1')! },
  { train: parseTrained('lora')! },
  { offload: true },
]
const longest = 128
const steps = 4

const rows = []
for (const [layers, hidden, heads] of models) {
  const plain = batches.map(([batch, maxTokens]) => ({ batch, maxTokens }))
  const others = variants.map((options) => ({ ...plain[layers > 6 ? 1 : 2], ...options }))
  for (const recipe of [...plain, ...others]) {
    const run = { layers, hidden, heads, recipe: { ...recipe, steps }, lengths: [longest] }
    const row = { model: `${layers} x ${hidden}`, recipe, ...memoryOf(run) }
    rows.push(row)
    console.log(
      `${row.model} ${JSON.stringify(recipe)} ${(row.estimated / row.measured).toFixed(2)}`,
    )
  }
}
const mixed = { layers: 4, hidden: 312, heads: 12, recipe: { batch: 4, steps: 40 } }
const lengths = [12, 24, 40, 60, 90, 120]
rows.push({ model: '4 x 312', recipe: mixed.recipe, ...memoryOf({ ...mixed, lengths }) })

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
const optionsOf = ({ batch: _, maxTokens: __, train, ...rest }: Partial<Recipe>) =>
  [
    ...Object.entries(rest).map(([key, value]) => `${key} ${value}`),
    train ? trainedText(train) : '',
  ]
    .filter((text) => text !== '')
    .join(', ')
console.log(
  table([
    ['model', 'batch', 'options', 'measured', 'estimated', 'ratio'],
    ...rows.map(({ model, recipe, measured, estimated }) => [
      model,
      `${recipe.batch} x ${'maxTokens' in recipe ? recipe.maxTokens : 'several'}`,
      optionsOf(recipe),
      megabytes(measured),
      megabytes(estimated),
      (estimated / measured).toFixed(2),
    ]),
  ]),
)
const results = resolve(import.meta.dirname, 'results')
mkdirSync(results, { recursive: true })
writeFileSync(join(results, 'run-memory.json'), `${JSON.stringify(rows, null, 2)}\n`)
