import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { int8Gate, judgeInt8 } from '../core/int8.ts'
import type { Int8Spec } from '../core/job.ts'
import type { TextItem, TrainingItem } from '../core/task.ts'
import { wilson } from '../core/statistics.ts'
import { cleanPool, fewclueTasks, parseFewclue, type FewclueName } from '../learn/fewclue.ts'
import { train, trainPlan } from '../learn/fuzzy-pet/train.ts'
import { recipeFor } from '../learn/recipe.ts'
import { closeState, freshState, trainedWeights } from '../learn/train/state.ts'
import { percent, table } from '../main/cli/table.ts'
import { runInt8 } from '../worker/int8-job.ts'
import { readModel, writeModel } from '../worker/model-folder.ts'
import { ortExecutor } from '../worker/ort.ts'

/**
 * What int8 costs: the shipped model, trained on the 32 or 240 shots of a FewCLUE split, answers texts
 * of the task's pool in float32 and in int8 in turns, with and without the shift taken off. Prints sizes,
 * times and the share with the same class, and writes bench/results/int8.json.
 *
 * npm run bench:int8 -- --data FEWCLUE [--tasks eprstmt,tnews] [--threads 2]
 */

const { values: given } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    tasks: { type: 'string', default: 'eprstmt,tnews' },
    threads: { type: 'string', default: String(cpus().length) },
  },
})
const root = resolve(import.meta.dirname, '..')
const threads = Number(given.threads)
const seed = 1
const calibration = 256
const folder = mkdtempSync(join(tmpdir(), 'shiliu-bench-int8-'))
const rows: Row[] = []

interface Row {
  readonly task: string
  readonly calibrated: boolean
  readonly bytes: { readonly float32: number; readonly int8: number }
  readonly milliseconds: { readonly float32: number; readonly int8: number }
  readonly same: { readonly successes: number; readonly n: number; low: number; high: number }
  readonly verdict: string
}

for (const name of given.tasks.split(',') as FewclueName[]) {
  const { task } = fewclueTasks[name]
  const { model, maxTokens } = await trained(name)
  const pool = cleanPool(read(name, 'unlabeled'), []).texts
  const texts = pool
    .slice(0, calibration + int8Gate.texts)
    .map(({ a }, id): TextItem => ({ id, a }))
  const spec = { kind: 'int8', task, model, temperature: 1, threads, maxTokens } as const
  for (const used of [0, calibration]) {
    const asked = used === 0 ? texts.slice(calibration) : texts
    rows.push(await measured(name, { ...spec, texts: asked.length, calibration: used }, asked))
  }
}
rmSync(folder, { recursive: true })
console.log(table(rows.map(shown)))
const results = join(root, 'bench/results')
mkdirSync(results, { recursive: true })
const machine = { cpu: cpus()[0]?.model ?? '', threads }
writeFileSync(join(results, 'int8.json'), `${JSON.stringify({ machine, rows }, null, 2)}\n`)

function read(name: FewclueName, part: string) {
  const path = join(given.data, name, `${part}.json`)
  return parseFewclue(name, readFileSync(path, 'utf8'), path)
}

/** The folder of the shipped model, trained on the first split of a task. */
async function trained(name: FewclueName) {
  const base = await readModel(join(root, 'resources/model'))
  const { task } = fewclueTasks[name]
  const items = read(name, 'train_0').map(({ a, class: c }, id): TrainingItem => ({
    id,
    a,
    target: { kind: 'class', class: c! },
    weight: 1,
    gold: true,
  }))
  const executor = ortExecutor({ threads })
  const recipe = recipeFor(base.config, items.length, {})
  const plan = trainPlan({ executor, offload: undefined }, base.config, recipe)
  const state = await freshState(plan, base.weights, seed)
  for await (const _ of train({ ...base, task, recipe, seed, items }, state));
  const weights = new Map(await trainedWeights(state))
  await closeState(state)
  await executor.dispose()
  const model = join(folder, name)
  await writeModel(model, { ...base, weights })
  return { model, maxTokens: recipe.maxTokens }
}

async function measured(name: string, spec: Int8Spec, texts: readonly TextItem[]): Promise<Row> {
  const { bytes, milliseconds, answers } = await runInt8(spec, {
    signal: new AbortController().signal,
    jobId: 'bench',
    resume: undefined,
    report: () => {},
    checkpoint: () => {},
    scores: () => {},
    predictions: () => {},
    texts: async () => texts,
  })
  const n = answers.length
  const successes = answers.filter(({ float32, int8 }) => float32 === int8).length
  const same = { successes, n, ...wilson(successes, n) }
  const calibrated = spec.calibration > 0
  return { task: name, calibrated, bytes, milliseconds, same, verdict: judgeInt8(same) }
}

function shown({ task, calibrated, bytes, milliseconds, same, verdict }: Row): string[] {
  const megabytes = (size: number) => `${(size / 1e6).toFixed(2)} MB`
  const { successes, n, low, high } = same
  return [
    task,
    calibrated ? 'shift taken off' : 'as rounded',
    `${megabytes(bytes.float32)} -> ${megabytes(bytes.int8)}`,
    `${milliseconds.float32.toFixed(2)} -> ${milliseconds.int8.toFixed(2)} ms a text`,
    `${(milliseconds.float32 / milliseconds.int8).toFixed(2)} times as fast`,
    `same class ${successes}/${n}, ${percent(low)} to ${percent(high)}`,
    verdict,
  ]
}
