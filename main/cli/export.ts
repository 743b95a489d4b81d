import type { Command } from 'commander'
import type { ExportOutcome } from '../../core/records.ts'
import { positive } from './numbers.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { table } from './table.ts'
import type { Words } from './words.ts'

interface Options extends Common {
  readonly round?: number
  readonly temperature?: number
  readonly threads?: number
}

export function exportCommand(program: Command, shell: Shell): void {
  withCommon(program.command('export'))
    .description('write the model as a folder that works without this program')
    .argument('<folder>', 'a new or empty folder')
    .option('--round <n>', 'a round other than the one in use', positive)
    .option('--temperature <x>', 'divides the logits', positive)
    .option('--threads <n>', 'threads to compute with', positive)
    .addHelpText('after', '\nExample:\n  $ shiliu export ./my-model')
    .action((folder: string, options: Options) =>
      shell.perform(options, {
        project: 'write',
        work: async (app) => {
          const { round, temperature, threads } = options
          const job = await app.call('export.start', { folder, round, temperature, threads })
          return shell.follow<ExportOutcome>(app, job)
        },
        show: showOutcome,
      }),
    )
}

function showOutcome({ folder, round, files, parity }: ExportOutcome, words: Words): string {
  const rows = parity.map(({ runtime, texts, worst, note }) => [
    runtime,
    words.parityTexts(texts),
    worst === null ? words.notChecked : words.difference(worst.toExponential(1)),
    note,
  ])
  return `${words.exported(round, folder, files.length)}\n${table(rows)}`
}
