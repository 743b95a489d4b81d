import { Option, type Command } from 'commander'
import { fail } from '../../core/errors.ts'
import type { Answer, AuditId, TextId } from '../../core/project.ts'
import { audit as limits } from '../../core/project.ts'
import type { Audit, AuditItem } from '../../core/records.ts'
import type { App } from '../app.ts'
import { askOneByOne, legendOf } from './ask.ts'
import { classNames, type ClassNames } from './classes.ts'
import { filterOf, withFilter, type FilterOptions } from './filter.ts'
import { showLabelled } from './label.ts'
import { positive, share } from './numbers.ts'
import { readTable } from './read-table.ts'
import { neverTogether, withCommon, type Common, type Shell } from './shell.ts'
import { percent, withInterval } from './table.ts'
import { textIds } from './text-ids.ts'
import type { Words } from './words.ts'

interface StartOptions extends Common, FilterOptions {
  readonly threshold: number
  readonly size: '60' | '120' | '200'
}

interface AnswerOptions extends Common {
  readonly file?: string
  readonly fromColumn?: string
  readonly originalIds?: boolean
}

interface AcceptOptions extends Common {
  readonly audit?: number
}

export function auditCommand(program: Command, shell: Shell): void {
  const audit = program
    .command('audit')
    .description('check a random sample of proposals, then accept the rest together')
  const write = <T>(
    options: Common,
    work: (app: App) => Promise<T>,
    show: (result: T, words: Words) => string,
  ) => shell.perform(options, { project: 'write', work, show })

  withFilter(withCommon(audit.command('start')))
    .description('draw the sample of the open proposals that the filter leaves')
    .option(
      '--threshold <x>',
      'precision that must be shown, at least 70%',
      share,
      limits.threshold,
    )
    .addOption(
      new Option('--size <n>', 'texts to answer').choices(limits.sizes.map(String)).default('120'),
    )
    .addHelpText('after', '\nExample:\n  $ shiliu audit start --min-score 0.8 --threshold 90%')
    .action((options: StartOptions) => write(options, (app) => start(app, options), showAudit))

  const answering = withCommon(audit.command('answer'))
    .description('answer the sample: one by one, from a file (id, class), or by a column')
    .option('--file <file>', 'answers with the columns id and class')
    .option('--from-column <column>', 'answers from a column of the import')
    .option('--original-ids', 'ids are those of your own file')
    .action((options: AnswerOptions) =>
      write(options, (app) => answer(shell, app, options), showAudit),
    )
  neverTogether(answering, ['fromColumn'], ['file', 'originalIds'])

  withCommon(audit.command('status', { isDefault: true }))
    .description('the audits of the proposals under review')
    .action((options: Common) =>
      shell.perform(options, {
        project: 'read',
        work: (app) => app.call('audit.list', {}),
        show: (audits, words) =>
          audits.map((audit) => showAudit(audit, words)).join('\n') || words.noAudit,
      }),
    )

  withCommon(audit.command('accept'))
    .description('accept all proposals of an audit that passed')
    .option(
      '--audit <id>',
      'which (default: the latest that passed and has something left to accept)',
      positive,
    )
    .action((options: AcceptOptions) =>
      write(options, (app) => accept(app, options.audit as AuditId | undefined), showAccepted),
    )

  withCommon(audit.command('give-up'))
    .description('end the open audit; it counts as failed')
    .action((options: Common) =>
      write(
        options,
        async (app) => app.call('audit.abandon', { audit: (await open(app)).id }),
        showAudit,
      ),
    )
}

async function start(app: App, options: StartOptions): Promise<Audit> {
  const filter = filterOf(options, await classNames(app))
  const size = Number(options.size) as 60 | 120 | 200
  return app.call('audit.create', { filter, threshold: options.threshold, size })
}

function showAccepted(accepted: Awaited<ReturnType<typeof accept>>, words: Words): string {
  const { leftOut } = accepted
  const gone = leftOut > 0 ? [words.classGone(leftOut)] : []
  return [...gone, showLabelled(accepted, words)].join('\n')
}

async function accept(app: App, audit: AuditId | undefined) {
  const names = await classNames(app)
  if (audit !== undefined) return { ...(await app.call('audit.accept', { audit })), names }
  const audits = (await app.call('audit.list', {})).toReversed()
  const [latest] = audits
  const passed = audits.filter(({ state }) => state === 'passed')
  for (const { id } of passed) {
    const accepted = await app.call('audit.accept', { audit: id })
    if (accepted.entry) return { ...accepted, names }
  }
  const { id } = passed[0] ?? latest ?? fail('audit.none', {})
  return { ...(await app.call('audit.accept', { audit: id })), names }
}

async function open(app: App): Promise<Audit> {
  const audits = await app.call('audit.list', {})
  return audits.find((audit) => audit.state === 'open') ?? fail('audit.none', {})
}

async function answer(shell: Shell, app: App, options: AnswerOptions): Promise<Audit> {
  const { id } = await open(app)
  const names = await classNames(app)
  if (options.file === undefined && options.fromColumn === undefined) {
    return answerOneByOne(shell, app, id, names)
  }
  const items = (await app.call('audit.items', { audit: id })).filter((item) => !item.answer)
  const answers =
    options.file === undefined
      ? await byColumn(app, items, options.fromColumn!, names)
      : await byFile(app, options.file, names, options.originalIds)
  return app.call('audit.answer', { audit: id, answers })
}

type Answers = { text: TextId; answer: Answer }[]

async function byFile(
  app: App,
  file: string,
  names: ClassNames,
  areOriginal: boolean | undefined,
): Promise<Answers> {
  const rows = await readTable(file, [
    ['class', 'label', '类别', '标签'],
    ['id', '编号'],
  ])
  const ids = await textIds(
    app,
    rows.map((row) => row.id!),
    areOriginal,
  )
  return rows.map((row, i) => ({ text: ids[i]!, answer: names.answer(row.class!) }))
}

async function byColumn(
  app: App,
  items: readonly AuditItem[],
  column: string,
  names: ClassNames,
): Promise<Answers> {
  const answers: Answers = []
  for (const { text } of items) {
    const { columns } = await app.call('data.text', { id: text })
    const value = columns[column]
    if (value === undefined) fail('text.noColumn', { column, known: Object.keys(columns) })
    answers.push({ text, answer: names.answer(value) })
  }
  return answers
}

/** The proposed class is not shown, so that the answer is the reader's own. */
async function answerOneByOne(
  shell: Shell,
  app: App,
  audit: AuditId,
  names: ClassNames,
): Promise<Audit> {
  const skipped = new Set<TextId>()
  await askOneByOne<AuditItem & { readonly place: string }>(shell, app, {
    legend: legendOf(names, shell.words),
    async next() {
      const items = await app.call('audit.items', { audit })
      const at = items.findIndex(({ answer, text }) => !answer && !skipped.has(text))
      return at < 0 ? undefined : { ...items[at]!, place: shell.words.place(at + 1, items.length) }
    },
    show: ({ place, text, a, b }) =>
      [`${place}  #${text}`, a, ...(b === null ? [] : ['---', b])].join('\n'),
    skip: ({ text }) => void skipped.add(text),
    async answer({ text }, line) {
      await app.call('audit.answer', { audit, answers: [{ text, answer: names.typed(line) }] })
    },
  })
  const audits = await app.call('audit.list', {})
  return audits.find((one) => one.id === audit)!
}

function showAudit(
  { id, state, n, answered, population, threshold, precision }: Audit,
  words: Words,
): string {
  const head = words.audit(id, n, population, percent(threshold))
  if (state === 'open') return head + words.toAnswer(n - answered)
  return head + words[state](withInterval(precision, words))
}
