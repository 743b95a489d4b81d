import type { Command } from 'commander'
import type { DeviceName } from '../../core/devices.ts'
import type { ProposeOutcome } from '../../core/records.ts'
import type { App } from '../app.ts'
import { classNames } from './classes.ts'
import { deviceOption } from './devices.ts'
import { positive, share, wholeNumber } from './numbers.ts'
import { neverTogether, withCommon, type Common, type Shell } from './shell.ts'
import { table } from './table.ts'

interface Options extends Common {
  readonly resume?: boolean
  readonly share: number
  readonly minimum: number
  readonly anyAgreement?: boolean
  readonly limit?: number
  readonly threads?: number
  readonly device?: DeviceName
}

export function proposeCommand(program: Command, shell: Shell): void {
  const command = withCommon(program.command('propose'))
    .description('let the model in use propose classes for unlabelled texts')
    .option('--resume', 'go on with the scoring that was stopped or cut off')
    .option('--share <x>', 'share of each predicted class that is proposed', share, 0.1)
    .option('--minimum <n>', 'at least this many of each class', wholeNumber, 20)
    .option('--any-agreement', 'also texts on which the word groups disagree')
    .option('--limit <n>', 'score a random part of the texts only', positive)
    .option('--threads <n>', 'threads to compute with', positive)
    .addOption(deviceOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ shiliu propose --share 20%\n  $ shiliu propose --resume',
    )
    .action((options: Options) =>
      shell.perform(options, {
        project: 'write',
        work: (app) => propose(shell, app, options),
        show: (done) => done.text,
      }),
    )
  neverTogether(command, ['resume'], ['share', 'minimum', 'anyAgreement', 'limit', 'threads'])
}

async function propose(shell: Shell, app: App, options: Options) {
  const { minimum, limit, threads, device } = options
  const rule = { share: options.share, minimum, unanimous: !options.anyAgreement }
  const job = options.resume
    ? await app.call('jobs.resume', { kind: 'propose', device })
    : await app.call('review.propose', { rule, limit, threads, device })
  const outcome = await shell.follow<ProposeOutcome>(app, job)
  const counts = outcome.proposed > 0 ? await app.call('review.counts', {}) : []
  const names = await classNames(app)
  const open = counts
    .filter((c) => c.decision === 'pending')
    .map((c) => [names.name(c.class), c.count])
  const text = `${shell.words.proposed(outcome.pool, outcome.proposed)}\n${table(open)}`
  return { ...outcome, counts, text }
}
