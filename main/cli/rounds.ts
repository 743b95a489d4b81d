import type { Command } from 'commander'
import { fail } from '../../core/errors.ts'
import type { RoundComparison, RoundReport, RoundsReport } from '../../core/records.ts'
import { classNames } from './classes.ts'
import { positive } from './numbers.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { percent, table, withInterval } from './table.ts'

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
        show: (comparison) => (comparison ? showComparison(comparison) : tooFew),
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
        show: ({ freed }) => `Freed ${(freed / 1e6).toFixed(1)} MB inside the project file.`,
      }),
    )
}

const tooFew = 'Not measured: at least 50 held-out texts must be labelled.'

function showRounds({ rounds, compared, best, storage }: RoundsReport): string {
  if (rounds.length === 0) return 'No round yet: shiliu train.'
  return [
    table([
      ['round', 'held-out accuracy', 'macro F1', 'texts', 'against before', ''],
      ...rounds.map(row),
    ]),
    ...(best === null ? [tooFew] : [`Best of ${compared} compared rounds: ${best}.`]),
    `Models take ${(storage.shared / 1e6).toFixed(1)} MB.`,
  ].join('\n')
}

function row(round: RoundReport): string[] {
  const { gold, accepted, rejected } = round.texts
  return [
    String(round.number),
    round.accuracy ? withInterval(round.accuracy) : '-',
    round.macroF1 ? withInterval(round.macroF1) : '-',
    `${gold} + ${accepted} accepted + ${rejected} rejected`,
    round.comparison ? `${round.comparison.verdict} (round ${round.comparison.before})` : '-',
    [round.inUse ? 'in use' : '', round.isDiscarded ? 'weights given up' : '']
      .filter(Boolean)
      .join(', '),
  ]
}

function showComparison({ before, after, n, accuracy, macroF1, verdict }: RoundComparison): string {
  const line = (name: string, x: typeof accuracy) =>
    `${name}: ${x.value >= 0 ? '+' : ''}${percent(x.value)} (${percent(x.low)} to ${percent(x.high)})`
  return [
    `Round ${after} against round ${before} on ${n} held-out texts: ${verdict}.`,
    line('accuracy', accuracy),
    line('macro F1', macroF1),
  ].join('\n')
}
