import { Option, type Command } from 'commander'
import type { FilePreview, PreviewChoice, RowRejection } from '../../core/import-plan.ts'
import type { ImportReport } from '../../core/records.ts'
import type { App } from '../app.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { oneLine, table } from './table.ts'
import type { Words } from './words.ts'

export interface FileOptions {
  readonly text?: string
  readonly textB?: string
  readonly id?: string
  readonly encoding?: string
  readonly delimiter?: string
  readonly format?: PreviewChoice['format']
  readonly header?: boolean
  readonly quotes: boolean
  readonly skipUndecodable?: boolean
}

type Options = Common & FileOptions & { readonly preview?: boolean }

export function importCommand(program: Command, shell: Shell): void {
  withFileOptions(withCommon(program.command('import')))
    .description('bring texts into the project (CSV, TSV, JSON, JSON Lines, plain text)')
    .argument('<file>')
    .option('--preview', 'only show how the file would be read')
    .addHelpText(
      'after',
      '\nExamples:\n  $ shiliu import reviews.csv --text content --id id\n' +
        '  $ shiliu import old.txt --encoding gb18030 --preview',
    )
    .action((path: string, options: Options) =>
      options.preview
        ? shell.perform(options, {
            project: 'none',
            work: (app) => look(app, path, options),
            show: showPreview,
          })
        : shell.perform(options, {
            project: 'write',
            work: (app) => bring(shell, app, path, options),
            show: (report) => showReport(shell, report),
          }),
    )
}

export function withFileOptions(command: Command): Command {
  return command
    .option('--text <column>', 'the column of the text')
    .option('--text-b <column>', 'the column of the second text, for pairs')
    .option('--id <column>', 'the column of your own ids')
    .option('--encoding <name>', 'utf-8, utf-16le, utf-16be, gb18030 or big5')
    .option('--delimiter <character>', 'what stands between fields; \\t is a tab', delimiter)
    .addOption(
      new Option('--format <format>', 'how the file is written').choices([
        'csv',
        'tsv',
        'jsonl',
        'json',
        'text',
      ]),
    )
    .option('--header', 'the first line names the columns')
    .option('--no-header', 'the first line is data')
    .option('--no-quotes', 'quotes are ordinary characters')
    .option('--skip-undecodable', 'leave out rows that the encoding does not explain')
}

/** A tab cannot be typed in most shells. */
function delimiter(given: string): string {
  return given === '\\t' ? '\t' : given
}

/** What would be done with a file, with the options of the command line on top of what is detected. */
export async function look(app: App, path: string, options: FileOptions): Promise<FilePreview> {
  const { text, textB, id, encoding, delimiter, format, header } = options
  const quoted = options.quotes ? undefined : false
  const choice = Object.fromEntries(
    Object.entries({ text, textB, id, encoding, delimiter, format, header, quoted }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  const found = await app.call('data.preview', { path, choice })
  const undecodable = options.skipUndecodable ? 'reject' : 'refuse'
  return { ...found, plan: { ...found.plan, undecodable } }
}

async function bring(shell: Shell, app: App, path: string, options: Options) {
  const { plan } = await look(app, path, options)
  const job = await app.call('data.import', { path, plan })
  const report = await shell.follow<ImportReport>(app, job)
  const rejected = await app.call('data.rejected', { import: report.id, limit: 10 })
  return { ...report, plan, rejectedRows: rejected }
}

function showPreview({ plan, columns, rows, rejected }: FilePreview, words: Words): string {
  const form = `${plan.format}, ${plan.encoding}${plan.delimiter ? words.delimiter(JSON.stringify(plan.delimiter)) : ''}`
  const roles = (['text', 'textB', 'id'] as const)
    .filter((role) => plan[role] !== null)
    .map((role) => `${words.roles[role]}: ${plan[role]}`)
  const sample = rows.slice(0, 5).map((row) => row.columns.map(([, value]) => oneLine(value, 40)))
  return [
    form,
    roles.join(', '),
    '',
    table([columns.map((column) => column.name), ...sample]),
    ...(rejected.length > 0 ? ['', words.would(rejected.length)] : []),
  ].join('\n')
}

type Brought = Awaited<ReturnType<typeof bring>>

function showReport(shell: Shell, report: Brought): string {
  const { added, repeated, rejected, rejectedRows, plan } = report
  const { words } = shell
  return [
    words.added(added, plan.text, plan.encoding),
    ...(repeated > 0 ? [words.repeated(repeated)] : []),
    ...showRejected(shell, rejected, rejectedRows),
  ].join('\n')
}

/** How many rows were left out, and the first of them with their reasons. */
export function showRejected(shell: Shell, count: number, rows: readonly RowRejection[]): string[] {
  if (count === 0) return []
  return [
    shell.words.leftOut(count),
    ...rows.slice(0, 10).map(({ line, reason }) => shell.words.line(line, shell.sentence(reason))),
    ...(count > 10 ? ['  ...'] : []),
  ]
}
