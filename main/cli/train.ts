import { InvalidArgumentError, Option, type Command } from 'commander'
import type { DeviceName } from '../../core/devices.ts'
import { fail } from '../../core/errors.ts'
import type { Recipe } from '../../core/job.ts'
import { isEnough } from '../../core/memory.ts'
import type { RoundReport, TrainOutcome } from '../../core/records.ts'
import {
  optimizers,
  parseTrained,
  type Precision,
  type StepOptions,
  type Trained,
} from '../../core/step-options.ts'
import type { App } from '../app.ts'
import { deviceOption, precisionOption } from './devices.ts'
import { positive, share, wholeNumber } from './numbers.ts'
import { neverTogether, withCommon, type Common, type Shell } from './shell.ts'
import { percent, withInterval } from './table.ts'
import type { Words } from './words.ts'

interface Options extends Common {
  readonly resume?: boolean
  readonly base?: string
  readonly steps?: number
  readonly batch?: number
  readonly rate?: number
  readonly maxTokens?: number
  readonly optimizer?: StepOptions['optimizer']
  readonly accumulate?: number
  readonly recompute?: number
  readonly precision?: Precision
  readonly train?: Trained
  readonly offload?: boolean
  readonly seed?: number
  readonly threads?: number
  readonly device?: DeviceName
  readonly anyway?: boolean
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
    .option('--base <name|folder>', 'base model (default: the one that comes with the program)')
    .option('--steps <n>', 'training steps', positive)
    .option('--batch <n>', 'texts in a step', positive)
    .option('--rate <x>', 'learning rate', positive)
    .option('--max-tokens <n>', 'longer texts are cut', positive)
    .addOption(new Option('--optimizer <name>', 'how weights are moved').choices(optimizers))
    .option('--accumulate <n>', 'parts of a batch, one after the other: less memory', positive)
    .option(
      '--recompute <n>',
      'keep activations of every n-th layer alone: less memory',
      wholeNumber,
    )
    .addOption(precisionOption())
    .option('--train <what>', 'all, biases, top:LAYERS, lora or lora:RANK:ALPHA', trained)
    .option('--offload', 'moments and updates in main memory, not on the device')
    .option('--seed <n>', 'seed of the run (default: that of the project)', wholeNumber)
    .option('--threads <n>', 'threads to compute with', positive)
    .addOption(deviceOption())
    .option('--anyway', 'start also with less free memory than the run is estimated to take')
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
  ...['optimizer', 'accumulate', 'recompute', 'precision', 'train', 'offload', 'anyway'],
  ...['hard', 'acceptedWeight', 'rejectedWeight'],
]

async function train(shell: Shell, app: App, options: Options) {
  if (!options.resume) await weigh(shell, app, options)
  const job = options.resume
    ? await app.call('jobs.resume', { kind: 'train', device: options.device })
    : await app.call('train.start', startInput(options))
  const outcome = await shell.follow<TrainOutcome>(app, job)
  return { ...outcome, report: await app.call('rounds.get', { round: outcome.round }) }
}

/** Says what the run will take in memory. Error: `memory.notEnough`, unless it is to start anyway. */
async function weigh(shell: Shell, app: App, options: Options): Promise<void> {
  const { base, recipe, device } = startInput(options)
  const memory = await app.call('train.memory', { base, recipe, device })
  if (!memory) return
  const { bytes, free, place, relief } = memory
  shell.note(shell.words.memory(place, gigabytes(bytes), free === null ? null : gigabytes(free)))
  if (isEnough(memory)) return
  for (const less of relief) shell.note(shell.words.relief(less.recipe, gigabytes(less.bytes)))
  if (!options.anyway) fail('memory.notEnough', { expected: bytes, got: free! })
}

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2)

function startInput(options: Options) {
  const { base, seed, threads, device, checkpointEvery, acceptedWeight, rejectedWeight } = options
  const recipe: Partial<Recipe> = Object.fromEntries(
    Object.entries({
      steps: options.steps,
      batch: options.batch,
      learningRate: options.rate,
      maxTokens: options.maxTokens,
      optimizer: options.optimizer,
      accumulate: options.accumulate,
      recompute: options.recompute,
      precision: options.precision,
      train: options.train,
      offload: options.offload,
    }).filter(([, value]) => value !== undefined),
  )
  const pseudo = { target: options.hard ? 'hard' : 'soft', acceptedWeight, rejectedWeight } as const
  return { base, seed, threads, device, checkpointEvery, recipe, pseudo }
}

/** A reader for the value of an option. */
function trained(text: string): Trained {
  const read = parseTrained(text)
  if (read !== null) return read
  throw new InvalidArgumentError('Expected all, biases, top:2, lora, or lora:8:16.')
}

function showOutcome(outcome: TrainOutcome & { report: RoundReport }, words: Words): string {
  const { round, inUse, report, finalLoss } = outcome
  const { gold, accepted, rejected } = report.texts
  const seconds = (report.milliseconds / 1000).toFixed(1)
  return [
    words.trained(round, finalLoss.toFixed(3), seconds, words.texts(gold, accepted, rejected)),
    accuracyOf(report, words),
    ...verdictOf(report, words),
    inUse === round ? words.roundInUse(round) : words.roundStays(inUse),
  ].join('\n')
}

function accuracyOf({ accuracy, heldOut }: RoundReport, words: Words): string {
  return accuracy
    ? words.accuracy(withInterval(accuracy, words), accuracy.n)
    : words.notMeasured(heldOut)
}

function verdictOf({ comparison }: RoundReport, words: Words): string[] {
  if (!comparison) return []
  const { verdict, before, accuracy } = comparison
  const points = `${accuracy.value >= 0 ? '+' : ''}${percent(accuracy.value)}`
  const [low, high] = [percent(accuracy.low), percent(accuracy.high)]
  return [words.against(words.verdicts[verdict], points, before, low, high)]
}
