import type { Command } from 'commander'
import type { Recipe } from '../../core/job.ts'
import type { RoundReport, TrainOutcome } from '../../core/records.ts'
import type { App } from '../app.ts'
import { positive, share, wholeNumber } from './numbers.ts'
import { neverTogether, withCommon, type Common, type Shell } from './shell.ts'
import { percent, withInterval } from './table.ts'

interface Options extends Common {
  readonly resume?: boolean
  readonly base?: string
  readonly steps?: number
  readonly batch?: number
  readonly rate?: number
  readonly maxTokens?: number
  readonly seed?: number
  readonly threads?: number
  readonly checkpointEvery?: number
  readonly hard?: boolean
  readonly acceptedWeight?: number
  readonly rejectedWeight?: number
}

export function trainCommand(program: Command, shell: Shell): void {
  const command = withCommon(program.command('train'))
    .description(
      'train a round from the labels and the reviewed proposals, and keep the better one',
    )
    .option('--resume', 'go on with the run that was stopped or cut off')
    .option('--base <folder>', 'base model (default: the one that comes with the program)')
    .option('--steps <n>', 'training steps', positive)
    .option('--batch <n>', 'texts in a step', positive)
    .option('--rate <x>', 'learning rate', positive)
    .option('--max-tokens <n>', 'longer texts are cut', positive)
    .option('--seed <n>', 'seed of the run (default: that of the project)', wholeNumber)
    .option('--threads <n>', 'threads to compute with', positive)
    .option('--checkpoint-every <n>', 'steps between checkpoints', positive)
    .option('--hard', 'learn accepted proposals as plain classes, not as scores')
    .option('--accepted-weight <x>', 'weight of proposals accepted in bulk', share)
    .option('--rejected-weight <x>', 'weight of rejected proposals', share)
    .addHelpText('after', '\nExamples:\n  $ shiliu train\n  $ shiliu train --resume')
    .action((options: Options) =>
      shell.perform(options, {
        project: 'write',
        work: (app) => train(shell, app, options),
        show: showOutcome,
      }),
    )
  neverTogether(command, ['resume'], settings)
}

/** What a run that goes on has settled already. */
const settings = [
  ...['base', 'steps', 'batch', 'rate', 'maxTokens', 'seed', 'threads', 'checkpointEvery'],
  ...['hard', 'acceptedWeight', 'rejectedWeight'],
]

async function train(shell: Shell, app: App, options: Options) {
  const job = options.resume
    ? await app.call('jobs.resume', { kind: 'train' })
    : await app.call('train.start', startInput(options))
  const outcome = await shell.follow<TrainOutcome>(app, job)
  return { ...outcome, report: await app.call('rounds.get', { round: outcome.round }) }
}

function startInput(options: Options) {
  const { base, seed, threads, checkpointEvery, acceptedWeight, rejectedWeight } = options
  const recipe: Partial<Recipe> = Object.fromEntries(
    Object.entries({
      steps: options.steps,
      batch: options.batch,
      learningRate: options.rate,
      maxTokens: options.maxTokens,
    }).filter(([, value]) => value !== undefined),
  )
  const pseudo = { target: options.hard ? 'hard' : 'soft', acceptedWeight, rejectedWeight } as const
  return { base, seed, threads, checkpointEvery, recipe, pseudo }
}

function showOutcome(outcome: TrainOutcome & { report: RoundReport }): string {
  const { round, inUse, report, finalLoss } = outcome
  return [
    `Round ${round}: loss ${finalLoss.toFixed(3)} after ${(report.milliseconds / 1000).toFixed(1)} s, ` +
      `from ${textsOf(report)}.`,
    accuracyOf(report),
    ...verdictOf(report),
    inUse === round ? `Round ${round} is in use.` : `Round ${inUse} stays in use.`,
  ].join('\n')
}

export function textsOf({ texts: { gold, accepted, rejected } }: RoundReport): string {
  return `${gold} labels, ${accepted} accepted and ${rejected} rejected proposals`
}

export function accuracyOf({ accuracy, heldOut }: RoundReport): string {
  return accuracy
    ? `Held-out accuracy ${withInterval(accuracy)} on ${accuracy.n} texts.`
    : `Not measured: ${heldOut} held-out texts are labelled, 50 are needed (shiliu label --held-out).`
}

function verdictOf({ comparison }: RoundReport): string[] {
  if (!comparison) return []
  const { verdict, before, accuracy } = comparison
  const sentence = {
    helped: `This round helped`,
    'did not help': `This round did not help`,
    'no difference seen': `No difference seen`,
  }[verdict]
  const points = `${accuracy.value >= 0 ? '+' : ''}${percent(accuracy.value)}`
  return [
    `${sentence}: ${points} against round ${before} ` +
      `(95 % interval ${percent(accuracy.low)} to ${percent(accuracy.high)}).`,
  ]
}
