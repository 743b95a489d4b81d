import type { Command } from 'commander'
import { fail } from '../../core/errors.ts'
import type { App } from '../app.ts'
import type { PredictOutcome } from '../training/programs/predict.ts'
import { look, withFileOptions, type FileOptions } from './import.ts'
import { positive } from './numbers.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { oneLine, percent, table } from './table.ts'

interface Options extends Common, FileOptions {
  readonly file?: string
  readonly out?: string
  readonly threads?: number
}

export function predictCommand(program: Command, shell: Shell): void {
  withFileOptions(withCommon(program.command('predict')))
    .description('classify texts with an exported folder')
    .argument('<folder>', 'what "shiliu export" wrote')
    .argument('[texts...]', 'texts to classify')
    .option('--file <file>', 'classify every row of a file')
    .option('--out <file>', 'where the answers go (CSV, or JSON Lines by its name)')
    .option('--threads <n>', 'threads to compute with', positive)
    .addHelpText(
      'after',
      '\nExamples:\n  $ shiliu predict ./my-model "很好用，推荐"\n' +
        '  $ shiliu predict ./my-model --file new.csv --text content --out answers.csv',
    )
    .action((folder: string, texts: string[], options: Options) =>
      shell.perform(options, {
        project: 'none',
        work: (app) => predict(shell, app, folder, texts, options),
        show: (outcome) => showOutcome(outcome, texts),
      }),
    )
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
  const job = await app.call('predict.start', { folder, source, threads: options.threads })
  return shell.follow<PredictOutcome>(app, job)
}

async function fileSource(app: App, path: string, options: Options) {
  const out = options.out ?? fail('predict.noOut', {})
  const { plan } = await look(app, path, options)
  return { kind: 'file', path, plan, out } as const
}

function showOutcome({ predicted, rows, out }: PredictOutcome, texts: readonly string[]): string {
  if (out !== null) return `${predicted} texts classified, answers in ${out}.`
  return table(rows.map((row, i) => [row.label, percent(row.score), oneLine(texts[i]!)]))
}
