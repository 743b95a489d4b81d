import type { Command } from 'commander'
import { fail } from '../../core/errors.ts'
import type { RoundComparison, RoundReport, RoundsReport } from '../../core/records.ts'
import { classNames } from './classes.ts'
import { positive } from './numbers.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { megabytes, percent, table, withInterval } from './table.ts'
import type { Words } from './words.ts'

export function roundsCommand(program: Command, shell: Shell): void {
  const rounds = program.command('rounds').description('compare rounds, choose one, roll back')
  withCommon(rounds.command('list', { isDefault: true }))
    .description('every round with its held-out accuracy')
    .action((options: Common) =>
      shell.perform(options, {
        project: 'read',
        work: (app) => app.call('rounds.list', {}),
        show: showRounds,
      }),
    )
  withCommon(rounds.command('compare'))
    .description('two rounds on the same held-out texts')
    .argument('<before>', 'number of a round', positive)
    .argument('<after>', 'number of a round', positive)
    .action((before: number, after: number, options: Common) =>
      shell.perform(options, {
        project: 'read',
        work: (app) => app.call('rounds.compare', { before, after }),
        show: (comparison, words) =>
          comparison ? showComparison(comparison, words) : words.tooFew,
      }),
    )
  withCommon(rounds.command('flips'))
    .description('texts that two rounds put into different classes')
    .argument('<before>', 'number of a round', positive)
    .argument('<after>', 'number of a round', positive)
    .action((before: number, after: number, options: Common) =>
      shell.perform(options, {
        project: 'read',
        work: async (app) => ({
          flips: await app.call('rounds.flips', { before, after }),
          names: await classNames(app),
        }),
        show: ({ flips, names }) =>
          table(flips.map((flip) => [flip.text, names.name(flip.from), '->', names.name(flip.to)])),
      }),
    )
  withCommon(rounds.command('use'))
    .description('put a round into use; the others stay and can be chosen again')
    .argument('<round>', 'number of a round', positive)
    .action((round: number, options: Common) =>
      shell.perform(options, {
        project: 'write',
        work: (app) => app.call('rounds.keep', { round }),
        show: showRounds,
      }),
    )
  withCommon(rounds.command('discard'))
    .description('give up the weights of a round to save space; its record stays')
    .argument('<round>', 'number of a round', positive)
    .option('--yes', 'do it: weights cannot be brought back')
    .action((round: number, options: Common & { yes?: boolean }) =>
      shell.perform(options, {
        project: 'write',
        work: (app) => {
          if (!options.yes) fail('round.confirmDiscard', { round })
          return app.call('rounds.discard', { round })
        },
        show: ({ freed }, words) => words.freed(megabytes(freed)),
      }),
    )
}

function showRounds({ rounds, compared, best, storage }: RoundsReport, words: Words): string {
  if (rounds.length === 0) return words.noRound
  return [
    table([words.roundColumns, ...rounds.map((round) => row(round, words))]),
    best === null ? words.tooFew : words.best(compared, best),
    words.storage(megabytes(storage.shared)),
  ].join('\n')
}

function row(round: RoundReport, words: Words): string[] {
  const { number, texts, accuracy, macroF1, comparison } = round
  return [
    String(number),
    accuracy ? withInterval(accuracy, words) : '-',
    macroF1 ? withInterval(macroF1, words) : '-',
    words.roundTexts(texts.gold, texts.accepted, texts.rejected),
    comparison ? words.sawAgainst(words.saw[comparison.verdict], comparison.before) : '-',
    [round.inUse ? words.inUse : '', round.isDiscarded ? words.discarded : '']
      .filter(Boolean)
      .join(', '),
  ]
}

function showComparison(comparison: RoundComparison, words: Words): string {
  const { before, after, n, accuracy, macroF1, verdict } = comparison
  const line = (name: string, x: typeof accuracy) => {
    const value = `${x.value >= 0 ? '+' : ''}${percent(x.value)}`
    return words.figure(name, value, percent(x.low), percent(x.high))
  }
  return [
    words.comparison(after, before, n, words.saw[verdict]),
    line(words.figures.accuracy, accuracy),
    line(words.figures.macroF1, macroF1),
  ].join('\n')
}
