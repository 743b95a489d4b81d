import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { DeviceName } from '../../core/devices.ts'
import { fail } from '../../core/errors.ts'
import type { ModelSize, PretrainResult, PretrainSettings } from '../../core/job.ts'
import type { Precision } from '../../core/step-options.ts'
import type { App } from '../app.ts'
import { deviceOption, precisionOption } from './devices.ts'
import { positive } from './numbers.ts'
import { root, withCommon, type Common, type Shell } from './shell.ts'
import { percent } from './table.ts'

interface Options extends Common {
  readonly recipe?: string
  readonly corpus?: string
  readonly work: string
  readonly out: string
  readonly steps?: number
  readonly precision?: Precision
  readonly threads?: number
  readonly device?: DeviceName
}

export function pretrainCommand(program: Command, shell: Shell): void {
  withCommon(program.command('pretrain'))
    .description('make a base model from raw text, or go on with one')
    .option(
      '--recipe <file>',
      'sources, size or base, settings (default: that of the default model)',
    )
    .option('--corpus <folder>', 'where the sources lie (default: beside the recipe)')
    .requiredOption('--work <folder>', 'token cache, checkpoints, curve; the same command goes on')
    .requiredOption('--out <folder>', 'where the finished model goes')
    .option('--steps <n>', 'other than the recipe says', positive)
    .addOption(precisionOption())
    .option('--threads <n>', 'threads to compute with', positive)
    .addOption(deviceOption())
    .addHelpText('after', example)
    .action((options: Options) =>
      shell.perform(options, {
        project: 'none',
        work: (app) => pretrain(shell, app, options),
        show: ({ model, steps, tokens, heldOutAccuracy }) =>
          `${model}: ${steps} steps, ${(tokens / 1e6).toFixed(1)} M tokens, ` +
          (heldOutAccuracy === null
            ? 'nothing was held out to measure.'
            : `held-out masked accuracy ${percent(heldOutAccuracy)}.`),
      }),
    )
}

const example = `
Example:
  $ shiliu pretrain --corpus ./texts --recipe recipe.json --work ./work --out ./my-base
A recipe: {"sources": {"reviews.txt.gz": 0.5, "news.txt": 0.5},
  "size": {"vocabSize": 7000, "layers": 4, ...} or "base": "folder of a model to go on with",
  "settings": {"steps": 9000, "learningRate": 0.001, ...}, "dtype": "F16"}
resources/model/recipe.json is the one of the default model.`

/** The recipe as a file; what the contract asks for is made of it. */
interface RecipeFile {
  readonly sources: Readonly<Record<string, number>>
  readonly size?: ModelSize
  readonly base?: string
  readonly settings: PretrainSettings
  readonly dtype?: 'F32' | 'F16'
  readonly threads?: number
  readonly checkpointEvery?: number
  readonly evaluateEvery?: number
}

async function pretrain(shell: Shell, app: App, options: Options): Promise<PretrainResult> {
  const path = resolve(options.recipe ?? join(root, 'resources/model/recipe.json'))
  const recipe = readRecipe(path)
  const corpus = resolve(options.corpus ?? dirname(path))
  const sources = Object.entries(recipe.sources ?? {})
  const job = await app.call('pretrain.start', {
    corpus: sources.map(([name, weight]) => ({ path: resolve(corpus, name), weight })),
    start:
      recipe.base === undefined
        ? { size: recipe.size! }
        : { base: resolve(dirname(path), recipe.base) },
    settings: settingsOf(recipe, options),
    dtype: recipe.dtype,
    checkpointEvery: recipe.checkpointEvery,
    evaluateEvery: recipe.evaluateEvery,
    workFolder: options.work,
    out: options.out,
    threads: options.threads ?? recipe.threads,
    device: options.device,
  })
  return shell.follow<PretrainResult>(app, job)
}

/** Those of the recipe, less what the command says otherwise. */
function settingsOf({ settings }: RecipeFile, { steps, precision }: Options): PretrainSettings {
  return { ...settings, ...(steps && { steps }), ...(precision && { precision }) }
}

function readRecipe(path: string): RecipeFile {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RecipeFile
  } catch (error) {
    return fail('pretrain.badRecipe', { path, message: (error as Error).message })
  }
}
