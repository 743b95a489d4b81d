import type { Command } from 'commander'
import type { Labelled, Verdict } from '../../core/contract.ts'
import { fail } from '../../core/errors.ts'
import type { Proposal } from '../../core/records.ts'
import type { TextId } from '../../core/project.ts'
import type { App } from '../app.ts'
import { inParts } from './at-once.ts'
import { classNames, type ClassNames } from './classes.ts'
import { filterOf, withFilter, type FilterOptions } from './filter.ts'
import { showAnswered, showLabelled } from './label.ts'
import { positive } from './numbers.ts'
import { readTable } from './read-table.ts'
import { reviewOneByOne } from './review-one-by-one.ts'
import { neverTogether, withCommon, type Common, type Shell } from './shell.ts'
import { oneLine, percent, table } from './table.ts'
import { idAndClass, textIds } from './text-ids.ts'
import type { Words } from './words.ts'

export interface ReviewOptions extends Common, FilterOptions {
  readonly list?: boolean
  readonly limit: number
  readonly approve?: readonly string[]
  readonly reject?: readonly string[]
  readonly correct?: readonly string[]
  readonly reopen?: readonly string[]
  readonly file?: string
  readonly originalIds?: boolean
}

export function reviewCommand(program: Command, shell: Shell): void {
  const command = withFilter(withCommon(program.command('review')))
    .description('approve, reject or correct proposals: one by one, by id, or from a file')
    .option('--list', 'only list the open proposals, the surest first')
    .option('--limit <n>', 'how many', positive, 20)
    .option('--approve <id...>', 'these proposals are right')
    .option('--reject <id...>', 'these texts are not of the proposed class')
    .option('--correct <id=class...>', 'these texts are of another class; "-" for none')
    .option('--reopen <id...>', 'take the decision back')
    .option('--file <file>', 'decisions with the columns id, decision and class')
    .option('--original-ids', 'ids are those of your own file')
    .addHelpText('after', examples)
    .action((options: ReviewOptions) => run(shell, options))
  const byId = ['approve', 'reject', 'correct', 'reopen']
  const ofQueue = ['list', 'limit', 'class', 'minScore', 'minMargin', 'minAgreement']
  neverTogether(command, ['file'], byId)
  neverTogether(command, ofQueue, ['file', ...byId])
  neverTogether(command, ['list'], ['originalIds'])
}

const examples = `
Examples:
  $ shiliu review                          one by one: y approves, n rejects, a class corrects
  $ shiliu review --list --min-score 0.9
  $ shiliu review --approve 12 15 --reject 20 --correct 31=差评
  $ shiliu review --file decisions.csv     decision is approve, reject, correct or reopen`

function run(shell: Shell, options: ReviewOptions): Promise<void> {
  if (options.list) {
    return shell.perform(options, {
      project: 'read',
      work: (app) => list(app, options),
      show: ({ proposals, names }, words) => showProposals(proposals, names, words),
    })
  }
  const { file, approve, reject, correct, reopen } = options
  if (file === undefined && !(approve ?? reject ?? correct ?? reopen)) {
    return shell.perform(options, {
      project: 'write',
      work: async (app) => reviewOneByOne(shell, app, options, await classNames(app)),
      show: showAnswered,
    })
  }
  return shell.perform(options, {
    project: 'write',
    work: async (app) => {
      const names = await classNames(app)
      const given = file === undefined ? fromOptions(options) : await fromFile(file)
      return decide(app, given, names, options.originalIds)
    },
    show: showLabelled,
  })
}

async function list(app: App, options: ReviewOptions) {
  const names = await classNames(app)
  const filter = filterOf(options, names)
  return { proposals: await app.call('review.queue', { filter, limit: options.limit }), names }
}

interface Given {
  readonly id: string
  readonly decision: string
  readonly class: string
}

function fromOptions({ approve, reject, correct, reopen, originalIds }: ReviewOptions): Given[] {
  const plain = (ids: readonly string[] | undefined, decision: string) =>
    (ids ?? []).map((id) => ({ id, decision, class: '' }))
  const corrected = (correct ?? []).map((pair) => {
    const { id, name } = idAndClass(pair, originalIds)
    return { id, decision: 'correct', class: name }
  })
  return [
    ...plain(approve, 'approve'),
    ...plain(reject, 'reject'),
    ...corrected,
    ...plain(reopen, 'reopen'),
  ]
}

async function fromFile(file: string): Promise<Given[]> {
  const rows = await readTable(file, [
    ['decision', '决定'],
    ['id', '编号'],
  ])
  return rows.map((row) => {
    return { id: row.id!, decision: row.decision!, class: row.class ?? row['类别'] ?? '' }
  })
}

async function decide(
  app: App,
  given: readonly Given[],
  names: ClassNames,
  areOriginal: boolean | undefined,
): Promise<Labelled & { names: ClassNames }> {
  const ids = await textIds(
    app,
    given.map((row) => row.id),
    areOriginal,
  )
  const verdicts = given.map((row, i) => ({ text: ids[i]!, verdict: verdictOf(row, names) }))
  const decideSome = (some: typeof verdicts) => app.call('review.decide', { verdicts: some })
  return { ...(await inParts(verdicts, decideSome)), names }
}

function verdictOf({ decision, class: name }: Given, names: ClassNames): Verdict {
  const kind = decision.trim().toLowerCase()
  if (kind === 'correct') return { kind, answer: names.answer(name) }
  if (kind === 'approve' || kind === 'reject' || kind === 'reopen') return { kind }
  return fail('review.badDecision', { got: decision })
}

function showProposals(proposals: readonly Proposal[], names: ClassNames, words: Words): string {
  if (proposals.length === 0) return words.noProposals
  return table([
    words.proposalColumns,
    ...proposals.map((p) => [
      p.text satisfies TextId,
      names.name(p.class),
      percent(p.score),
      percent(p.margin),
      percent(p.agreement),
      oneLine(p.a),
    ]),
  ])
}
