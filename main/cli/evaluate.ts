import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { Option, type Command } from 'commander'
import type { DeviceName } from '../../core/devices.ts'
import {
  evaluateMethods,
  type EvaluateMethod,
  type EvaluateResult,
  type EvaluateRow,
  type PoolReport,
  type Recipe,
} from '../../core/job.ts'
import { summarizeSplits, type SplitSummary } from '../../core/statistics.ts'
import type { App } from '../app.ts'
import { OutputFile } from '../training/output-file.ts'
import { deviceOption } from './devices.ts'
import { numberList, positive, wholeNumber } from './numbers.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { percent, table } from './table.ts'

interface Options extends Common {
  readonly fewclue: string
  readonly task?: string
  readonly splits: number[]
  readonly final?: boolean
  readonly base?: string
  readonly methods?: readonly EvaluateMethod[]
  readonly poolSteps?: number
  readonly steps?: number
  readonly batch?: number
  readonly rate?: number
  readonly seed: number
  readonly threads?: number
  readonly device?: DeviceName
  readonly work?: string
}

export function evaluateCommand(program: Command, shell: Shell): void {
  withCommon(program.command('evaluate'), '--json [file]')
    .description('measure a base model on a FewCLUE task')
    .requiredOption('--fewclue <folder>', 'folder of one task, such as eprstmt')
    .option('--task <name>', 'the task (default: the name of the folder)')
    .option('--splits <list>', 'such as 0-4', numberList, [0, 1, 2, 3, 4])
    .option('--final', 'read test_public, which is recorded; otherwise each split has its own dev')
    .option('--base <name|folder>', 'base model (default: the one that comes with the program)')
    .addOption(
      new Option('--methods <names...>', 'what to measure (default: all)').choices(evaluateMethods),
    )
    .option('--pool-steps <n>', 'first go on with pretraining on the pool of the task', wholeNumber)
    .option('--steps <n>', 'training steps', positive)
    .option('--batch <n>', 'texts in a step', positive)
    .option('--rate <x>', 'learning rate', positive)
    .option('--seed <n>', 'seed', wholeNumber, 1)
    .option('--threads <n>', 'threads to compute with', positive)
    .addOption(deviceOption())
    .option('--work <folder>', 'where intermediate models go')
    .addHelpText(
      'after',
      '\nExample:\n  $ shiliu evaluate --fewclue data/fewclue/eprstmt --splits 0-4 --json rows.json',
    )
    .action((options: Options) =>
      shell.perform(options, {
        project: 'none',
        work: (app) => measure(shell, app, options),
        show: ({ methods, pool }) => [...showPool(pool), showMethods(methods)].join('\n'),
      }),
    )
}

/** The file of rows is opened first: hours of work are not to end at a folder that is not there. */
async function measure(shell: Shell, app: App, options: Options) {
  if (typeof options.json !== 'string') return evaluate(shell, app, options)
  const file = await OutputFile.create(resolve(options.json), { mayReplace: true })
  try {
    const result = await evaluate(shell, app, options)
    await file.write(rowsAsJson(result.rows))
    await file.finish()
    return result
  } finally {
    await file.discard()
  }
}

async function evaluate(shell: Shell, app: App, options: Options) {
  const { fewclue, base, splits, final, poolSteps, seed, threads, device, steps, batch, rate } =
    options
  const task = options.task ?? basename(resolve(fewclue))
  const recipe: Partial<Recipe> = Object.fromEntries(
    Object.entries({ steps, batch, learningRate: rate }).filter(([, value]) => value !== undefined),
  )
  const job = await app.call('evaluate.start', {
    fewclue,
    task,
    splits,
    final: final ?? false,
    base,
    methods: options.methods && [...options.methods],
    poolSteps,
    recipe,
    seed,
    threads,
    device,
    workFolder: options.work ?? join(tmpdir(), `shiliu-evaluate-${task}`),
  })
  const { rows, pool } = await shell.follow<EvaluateResult>(app, job)
  return { task, rows, pool, methods: summaries(rows, final ?? false, seed) }
}

/** A line a row; `answers` has a 1 for every text that was right, in the order of the test set. */
function rowsAsJson(rows: readonly EvaluateRow[]): string {
  const lines = rows.map(({ task, method, split, correct, n }) => {
    const right = correct.filter(Boolean).length
    const answers = correct.map(Number).join('')
    return JSON.stringify({ task, method, split, correct: right, n, answers })
  })
  return `[\n${lines.join(',\n')}\n]\n`
}

interface MethodSummary extends SplitSummary {
  readonly method: string
}

/** test_public is the same for all splits; every split has a dev of its own. */
function summaries(
  rows: readonly EvaluateRow[],
  sameTexts: boolean,
  seed: number,
): MethodSummary[] {
  const methods = [...new Set(rows.map((row) => row.method))]
  return methods.map((method) => {
    const splits = rows
      .filter((row) => row.method === method)
      .map(({ correct }) => ({ texts: correct.length, statistic: shareOf(correct) }))
    return { method, ...summarizeSplits(splits, { seed, sameTexts }) }
  })
}

function shareOf(correct: readonly boolean[]) {
  const right = Uint8Array.from(correct, Number)
  return (texts: Int32Array) => {
    let sum = 0
    for (const text of texts) sum += right[text]!
    return sum / texts.length
  }
}

function showPool(pool: PoolReport | null): string[] {
  if (pool === null) return []
  const { texts, inTest, repeated } = pool
  return [
    `Continued pretraining on ${texts} texts of the pool; left out: ${inTest} of the test set, ${repeated} repeated.`,
  ]
}

function showMethods(methods: readonly MethodSummary[]): string {
  const rows = methods.map(({ method, mean, sd, low, high, n }) => [
    method,
    percent(mean),
    n > 1 ? percent(sd) : '-',
    `${percent(low)} to ${percent(high)}`,
    `n = ${n}`,
  ])
  return table([['method', 'accuracy', 'SD', '95 % interval', 'splits'], ...rows])
}
