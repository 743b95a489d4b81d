import type { Command } from 'commander'
import type { ParityLine } from '../../core/job.ts'
import type { ExportOutcome, Int8Report } from '../../core/records.ts'
import { positive } from './numbers.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { megabytes, table, withInterval } from './table.ts'
import type { Words } from './words.ts'

interface Options extends Common {
  readonly round?: number
  readonly temperature?: number
  readonly int8?: boolean
  readonly threads?: number
}

export function exportCommand(program: Command, shell: Shell): void {
  withCommon(program.command('export'))
    .description('write the model as a folder that works without this program')
    .argument('<folder>', 'a new or empty folder')
    .option('--round <n>', 'a round other than the one in use', positive)
    .option('--temperature <x>', 'divides the logits', positive)
    .option('--int8', 'write a smaller and faster model too, if it answers as the full one does')
    .option('--threads <n>', 'threads to compute with', positive)
    .addHelpText(
      'after',
      '\nExamples:\n  $ shiliu export ./my-model\n  $ shiliu export ./my-model --int8',
    )
    .action((folder: string, options: Options) =>
      shell.perform(options, {
        project: 'write',
        work: async (app) => {
          const job = await app.call('export.start', { folder, ...options })
          return shell.follow<ExportOutcome>(app, job)
        },
        show: showOutcome,
      }),
    )
}

function showOutcome(outcome: ExportOutcome, words: Words): string {
  const { folder, round, files, parity, int8Parity, int8 } = outcome
  const lines = [
    ...parity.map((line) => parityRow(line.runtime, line, words)),
    ...int8Parity.map((line) => parityRow(`${line.runtime}, int8`, line, words)),
  ]
  return [
    words.exported(round, folder, files.length),
    table(lines),
    ...(int8 ? int8Lines(int8, words) : []),
  ].join('\n')
}

function parityRow(name: string, { texts, worst, note }: ParityLine, words: Words): string[] {
  const difference = worst === null ? words.notChecked : words.difference(worst.toExponential(1))
  return [name, words.parityTexts(texts), difference, note]
}

function int8Lines({ bytes, milliseconds, same, heldOut }: Int8Report, words: Words): string[] {
  const time = (ms: number) => `${ms.toFixed(2)} ms`
  const points = (share: number) => (100 * share).toFixed(1)
  return [
    words.int8Sizes(megabytes(bytes.int8), megabytes(bytes.float32)),
    words.int8Times(time(milliseconds.int8), time(milliseconds.float32)),
    words.int8Same(same.successes, same.n, withInterval(same, words)),
    ...(heldOut
      ? [
          words.int8HeldOut(
            heldOut.n,
            points(heldOut.accuracy.value),
            points(heldOut.accuracy.low),
            points(heldOut.accuracy.high),
          ),
        ]
      : []),
  ]
}
