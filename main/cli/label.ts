import type { Command } from 'commander'
import type { Labelled, LabelledFromColumn } from '../../core/contract.ts'
import type { TextId } from '../../core/project.ts'
import type { JournalEntry, LabelSummary } from '../../core/records.ts'
import type { App } from '../app.ts'
import { actionOf } from './ask.ts'
import { inParts } from './at-once.ts'
import { classNames, noneOfThese, type ClassNames } from './classes.ts'
import { labelOneByOne, type Answered } from './label-one-by-one.ts'
import { positive, wholeNumber } from './numbers.ts'
import { readTable } from './read-table.ts'
import { neverTogether, withCommon, type Common, type Shell } from './shell.ts'
import { oneLine, table } from './table.ts'
import { idAndClass, textIds } from './text-ids.ts'
import type { Words } from './words.ts'

export interface LabelOptions extends Common {
  readonly heldOut?: boolean
  readonly uncertain?: boolean
  readonly set?: readonly string[]
  readonly file?: string
  readonly fromColumn?: string
  readonly perClass?: number
  readonly seed?: number
  readonly originalIds?: boolean
  readonly drawHeldOut?: number | true
  readonly undo?: number | true
  readonly redo?: number | true
  readonly status?: boolean
}

export function labelCommand(program: Command, shell: Shell): void {
  const command = withCommon(program.command('label'))
    .description('label texts: one by one, from a file, or from a column of the import')
    .option('--held-out', 'label the held-out sample instead of training texts')
    .option('--uncertain', 'begin with the texts that the model is least sure of')
    .option('--set <id=class...>', 'label these texts; class "-" for none of these')
    .option('--file <file>', 'label from CSV, TSV or JSON Lines with the columns id and class')
    .option('--from-column <column>', 'label by a column of the import')
    .option('--per-class <n>', 'only a seeded sample of each class', positive)
    .option('--seed <n>', 'seed of that sample, or of the held-out draw', wholeNumber)
    .option('--original-ids', 'ids are those of your own file')
    .option(
      '--draw-held-out [n]',
      'draw the held-out sample (once, before the first model)',
      positive,
    )
    .option('--undo [n]', 'take back the last n actions, of any kind', positive)
    .option('--redo [n]', 'do n undone actions again', positive)
    .option('--status', 'how many labels there are')
    .addHelpText('after', examples)
    .action((options: LabelOptions) => run(shell, options))
  const all = ['set', 'file', 'fromColumn', 'drawHeldOut', 'undo', 'redo', 'status']
  const without = (...some: string[]) => all.filter((name) => !some.includes(name))
  neverTogether(command, all)
  neverTogether(command, ['uncertain'], ['heldOut', ...all])
  neverTogether(command, ['heldOut', 'perClass'], without('fromColumn'))
  neverTogether(command, ['seed'], without('fromColumn', 'drawHeldOut'))
  neverTogether(command, ['originalIds'], without('set', 'file'))
}

const examples = `
Examples:
  $ shiliu label                                    one by one; Enter alone skips, u undoes, q ends
  $ shiliu label --held-out                         the same for the held-out sample
  $ shiliu label --file answers.csv --original-ids
  $ shiliu label --from-column cat --per-class 16 --seed 1
  $ shiliu label --set 17=好评 18=-
  $ shiliu label --undo 3`

function run(shell: Shell, options: LabelOptions): Promise<void> {
  const { fromColumn, file, set, drawHeldOut, undo, redo, status } = options
  if (status) {
    return shell.perform(options, {
      project: 'read',
      work: async (app) => ({
        labels: await app.call('label.summary', {}),
        names: await classNames(app),
      }),
      show: ({ labels, names }, words) => showSummary(labels, names, words),
    })
  }
  const write = <T>(work: (app: App) => Promise<T>, show: (result: T, words: Words) => string) =>
    shell.perform(options, { project: 'write', work, show })
  if (undo)
    return write(
      (app) => app.call('label.undo', { steps: count(undo) }),
      showEntries('undone', 'nothingUndone'),
    )
  if (redo)
    return write(
      (app) => app.call('label.redo', { steps: count(redo) }),
      showEntries('redone', 'nothingRedone'),
    )
  if (drawHeldOut) {
    const size = drawHeldOut === true ? undefined : drawHeldOut
    return write(
      (app) => app.call('label.drawHeldOut', { size, seed: options.seed }),
      ({ size, ofTexts, seed }, words) => words.drew(size, ofTexts, seed),
    )
  }
  if (fromColumn !== undefined)
    return write((app) => byColumn(app, fromColumn, options), showColumn)
  if (file !== undefined) return write((app) => byFile(app, file, options), showLabelled)
  if (set) return write((app) => bySet(app, set, options), showLabelled)
  return write((app) => labelOneByOne(shell, app, options), showAnswered)
}

type WithNames<T> = T & { readonly names: ClassNames }

async function byColumn(
  app: App,
  column: string,
  { heldOut, perClass, seed }: LabelOptions,
): Promise<WithNames<LabelledFromColumn>> {
  const scope = heldOut ? 'heldout' : 'train'
  const done = await app.call('label.fromColumn', { column, scope, perClass, seed })
  return { ...done, names: await classNames(app) }
}

async function byFile(
  app: App,
  file: string,
  { originalIds }: LabelOptions,
): Promise<WithNames<Labelled>> {
  const rows = await readTable(file, [
    ['class', 'label', '类别', '标签'],
    ['id', '编号'],
  ])
  const ids = await textIds(
    app,
    rows.map((row) => row.id!),
    originalIds,
  )
  return label(
    app,
    rows.map((row, i) => ({ text: ids[i]!, name: row.class! })),
  )
}

async function bySet(
  app: App,
  pairs: readonly string[],
  { originalIds }: LabelOptions,
): Promise<WithNames<Labelled>> {
  const split = pairs.map((pair) => idAndClass(pair, originalIds))
  const ids = await textIds(
    app,
    split.map((pair) => pair.id),
    originalIds,
  )
  return label(
    app,
    split.map(({ name }, i) => ({ text: ids[i]!, name })),
  )
}

async function label(
  app: App,
  given: readonly { text: TextId; name: string }[],
): Promise<WithNames<Labelled>> {
  const names = await classNames(app)
  const edits = given.map(({ text, name }) => ({ text, mark: names.answer(name) }))
  const set = (some: typeof edits) => app.call('label.set', { edits: some, origin: 'file' })
  return { ...(await inParts(edits, set)), names }
}

function count(steps: number | true): number {
  return steps === true ? 1 : steps
}

function showEntries(how: 'undone' | 'redone', nothing: 'nothingUndone' | 'nothingRedone') {
  return (entries: readonly JournalEntry[], words: Words): string => {
    if (entries.length === 0) return words[nothing]
    return entries
      .map((e) => words.entry(words[how](actionOf(e.action, words)), words.changes(e.changes)))
      .join('\n')
  }
}

function showColumn(done: WithNames<LabelledFromColumn>, words: Words): string {
  const unmatched = Object.entries(done.unmatched)
  return [
    ...Object.entries(done.perClass).map(([name, n]) => words.labelled(name, n)),
    ...(unmatched.length > 0 ? [words.unmatched(showValues(unmatched, words))] : []),
    '',
    showSummary(done.labels, done.names, words),
  ].join('\n')
}

const valuesShown = 20

/** The most frequent values first; a column of texts has as many values as rows. */
function showValues(
  values: readonly (readonly [value: string, texts: number])[],
  words: Words,
): string {
  const sorted = [...values].sort(([, x], [, y]) => y - x)
  const shown = sorted.slice(0, valuesShown).map(([value, n]) => `${oneLine(value, 40)} (${n})`)
  const more = values.length - shown.length
  return `${shown.join(', ')}${more > 0 ? words.andMore(more) : ''}`
}

export function showLabelled({ entry, labels, names }: WithNames<Labelled>, words: Words): string {
  return `${showEntry(entry, words)}\n${showSummary(labels, names, words)}`
}

export function showAnswered({ answered, labels, names }: Answered, words: Words): string {
  return `${words.answered(answered)}\n${showSummary(labels, names, words)}`
}

/** What an entry did, in the words of its action: a rejection is no label. */
function showEntry(entry: JournalEntry | null, words: Words): string {
  return entry ? words.did(entry.action, entry.changes, entry.id) : words.nothingChanged
}

export function showSummary(labels: LabelSummary, names: ClassNames, words: Words): string {
  const rows = [...names.classes.map((c) => c.id), null].map((id) => {
    const counts = labels.classes.find((c) => c.class === id)
    const name = id === null ? `${noneOfThese}${words.noneRow}` : names.name(id)
    return [name, counts?.train ?? 0, counts?.heldOut ?? 0]
  })
  const { heldOut, heldOutLabelled } = labels
  return [
    table([words.labelColumns, ...rows]),
    heldOut ? words.heldOut(heldOutLabelled, heldOut.size) : words.notDrawn,
  ].join('\n')
}
