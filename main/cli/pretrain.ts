import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { fail } from '../../core/errors.ts'
import type { Input } from '../../core/contract.ts'
import type { PretrainResult } from '../../core/job.ts'
import type { App } from '../app.ts'
import { positive } from './numbers.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { percent } from './table.ts'

interface Options extends Common {
  readonly recipe: string
  readonly work: string
  readonly out: string
  readonly steps?: number
  readonly threads?: number
}

export function pretrainCommand(program: Command, shell: Shell): void {
  withCommon(program.command('pretrain'))
    .description('make a base model from raw text, or go on with one')
    .requiredOption('--recipe <file>', 'JSON with corpus, start, settings and dtype')
    .requiredOption('--work <folder>', 'token cache, checkpoints, curve; the same command goes on')
    .requiredOption('--out <folder>', 'where the finished model goes')
    .option('--steps <n>', 'other than the recipe says', positive)
    .option('--threads <n>', 'threads to compute with', positive)
    .addHelpText('after', example)
    .action((options: Options) =>
      shell.perform(options, {
        project: 'none',
        work: (app) => pretrain(shell, app, options),
        show: ({ model, steps, tokens, heldOutAccuracy }) =>
          `${model}: ${steps} steps, ${(tokens / 1e6).toFixed(1)} M tokens, ` +
          `held-out masked accuracy ${percent(heldOutAccuracy)}.`,
      }),
    )
}

const example = `
Paths in the recipe are relative to it. Example of a recipe:
  {"corpus": [{"path": "wiki.txt.gz", "weight": 1}],
   "start": {"size": {"vocabSize": 7000, "layers": 4, "hiddenSize": 256, "heads": 4,
                      "intermediateSize": 1024, "maxPositions": 256}},
   "settings": {"steps": 8000, "learningRate": 0.0012, "warmup": 200, "weightDecay": 0.01,
                "maskRate": 0.15, "dropout": 0, "seed": 1, "heldOut": 512,
                "shapes": [{"batch": 64, "tokens": 64, "share": 1}]},
   "dtype": "F16"}`

type Recipe = Omit<Input<'pretrain.start'>, 'workFolder' | 'out' | 'threads'>

async function pretrain(shell: Shell, app: App, options: Options): Promise<PretrainResult> {
  const recipe = recipeIn(options.recipe)
  const settings = { ...recipe.settings, ...(options.steps ? { steps: options.steps } : {}) }
  const job = await app.call('pretrain.start', {
    ...recipe,
    settings,
    workFolder: options.work,
    out: options.out,
    threads: options.threads,
  })
  return shell.follow<PretrainResult>(app, job)
}

function recipeIn(path: string): Recipe {
  const recipe = readJson(path)
  const folder = dirname(resolve(path))
  const corpus = recipe.corpus?.map((part) => ({ ...part, path: resolve(folder, part.path) }))
  const { start } = recipe
  const base = start && 'base' in start ? { start: { base: resolve(folder, start.base) } } : {}
  return { ...recipe, corpus, ...base }
}

function readJson(path: string): Recipe {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Recipe
  } catch (error) {
    return fail('pretrain.badRecipe', { path, message: (error as Error).message })
  }
}
