import type { Command } from 'commander'
import type { BaseModel } from '../../core/records.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { megabytes, table } from './table.ts'
import type { Words } from './words.ts'

export function modelCommand(program: Command, shell: Shell): void {
  const model = program.command('model').description('base models that runs can begin from')
  withCommon(model.command('list', { isDefault: true }))
    .description('every base model, with its size')
    .action((options: Common) =>
      shell.perform(options, {
        project: 'none',
        work: (app) => app.call('models.list', {}),
        show: showModels,
      }),
    )
  withCommon(model.command('add'))
    .description('check a BERT, RoBERTa-wwm or ALBERT folder of Hugging Face, and copy it')
    .argument('<folder>', 'config.json, vocab.txt or tokenizer.json, model.safetensors')
    .option('--name <name>', 'what it is called here (default: as the folder)')
    .addHelpText('after', example)
    .action((folder: string, options: Common & { name?: string }) =>
      shell.perform(options, {
        project: 'none',
        work: (app) => app.call('models.add', { folder, name: options.name }),
        show: (added, words) => words.modelAdded(added.name, factsOf(added, words)),
      }),
    )
  withCommon(model.command('remove'))
    .description('forget a base model; projects keep what they were trained from')
    .argument('<name>', 'as shiliu model list has it')
    .action((name: string, options: Common) =>
      shell.perform(options, {
        project: 'none',
        work: (app) => app.call('models.remove', { name }),
        show: showModels,
      }),
    )
}

const example = `
Examples:
  $ shiliu model add ./chinese-roberta-wwm-ext --name roberta-wwm
  $ shiliu train --base roberta-wwm`

function showModels(models: readonly BaseModel[], words: Words): string {
  return table([
    words.modelColumns,
    ...models.map((one) => [
      one.name,
      one.architecture,
      `${one.layers} x ${one.hiddenSize}`,
      millions(one.parameters),
      megabytes(one.bytes),
      one.sha256.slice(0, 12),
    ]),
  ])
}

function factsOf({ architecture, layers, hiddenSize, parameters, bytes }: BaseModel, words: Words) {
  return words.modelFacts(
    architecture,
    `${layers} x ${hiddenSize}`,
    millions(parameters),
    megabytes(bytes),
  )
}

const millions = (count: number) => `${(count / 1e6).toFixed(1)} M`
