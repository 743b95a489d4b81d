import type { Command } from 'commander'
import { fail } from '../../core/errors.ts'
import type { PredictOutcome } from '../../core/records.ts'
import type { App } from '../app.ts'
import { look, showRejected, withFileOptions, type FileOptions } from './import.ts'
import { positive } from './numbers.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { oneLine, percent, table } from './table.ts'

interface Options extends Common, FileOptions {
  readonly file?: string
  readonly out?: string
  readonly excelSafe?: boolean
  readonly int8?: boolean
  readonly threads?: number
}

export function predictCommand(program: Command, shell: Shell): void {
  withFileOptions(withCommon(program.command('predict')))
    .description('classify texts with an exported folder')
    .argument('<folder>', 'what "shiliu export" wrote')
    .argument('[texts...]', 'texts to classify')
    .option('--file <file>', 'classify every row of a file')
    .option('--out <file>', 'a new file for the answers (CSV, or JSON Lines by its name)')
    .option(
      '--excel-safe',
      "put ' before fields of the CSV that a spreadsheet would run as formulas (= + - @)",
    )
    .option('--int8', "with the folder's int8 model")
    .option('--threads <n>', 'threads to compute with', positive)
    .addHelpText(
      'after',
      '\nExamples:\n  $ shiliu predict ./my-model "很好用，推荐"\n' +
        '  $ shiliu predict ./my-model --file new.csv --text content --out answers.csv',
    )
    .action((folder: string, texts: string[], options: Options, command: Command) => {
      requireOneSource(command, texts, options)
      return shell.perform(options, {
        project: 'none',
        work: (app) => predict(shell, app, folder, texts, options),
        show: (outcome) => showOutcome(shell, outcome, texts),
      })
    })
}

function requireOneSource(command: Command, texts: readonly string[], options: Options): void {
  const { file, out, excelSafe } = options
  const usage = { exitCode: 2 }
  if (file !== undefined && texts.length > 0)
    command.error('error: give texts or --file, not both', usage)
  if (file === undefined && texts.length === 0)
    command.error('error: give at least one text, or --file', usage)
  if (file === undefined && (out !== undefined || excelSafe))
    command.error('error: --out and --excel-safe belong to --file', usage)
}

async function predict(
  shell: Shell,
  app: App,
  folder: string,
  texts: readonly string[],
  options: Options,
): Promise<PredictOutcome> {
  const source =
    options.file === undefined
      ? ({ kind: 'texts', texts: texts.map((a) => ({ a })) } as const)
      : await fileSource(app, options.file, options)
  const { threads, int8 } = options
  const model = int8 ? 'int8' : 'float32'
  const job = await app.call('predict.start', { folder, source, model, threads })
  return shell.follow<PredictOutcome>(app, job)
}

async function fileSource(app: App, path: string, options: Options) {
  const out = options.out ?? fail('predict.noOut', {})
  const { plan } = await look(app, path, options)
  return { kind: 'file', path, plan, out, excelSafe: options.excelSafe } as const
}

function showOutcome(shell: Shell, outcome: PredictOutcome, texts: readonly string[]): string {
  const { predicted, rows, out, rejected, rejectedRows } = outcome
  if (out !== null) {
    return [
      shell.words.classified(predicted, out),
      ...showRejected(shell, rejected, rejectedRows),
    ].join('\n')
  }
  return table(rows.map((row, i) => [row.label, percent(row.score), oneLine(texts[i]!)]))
}
