import type { Command } from 'commander'
import { wholeNumber } from './numbers.ts'
import { withCommon, type Common, type Shell } from './shell.ts'

export function newCommand(program: Command, shell: Shell): void {
  withCommon(program.command('new'))
    .description('make an empty project')
    .argument('<file>', 'where the project will be, by custom *.shiliu')
    .option('--name <name>', 'what it is called (default: the name of the file)')
    .option('--seed <n>', 'seed of every random draw in the project', wholeNumber, 1)
    .addHelpText('after', '\nExample:\n  $ shiliu new reviews.shiliu --seed 7')
    .action((path: string, options: Common & { name?: string; seed: number }) =>
      shell.perform(options, {
        project: 'none',
        work: (app) => app.call('project.create', { path, name: options.name, seed: options.seed }),
        show: (info) => `Made ${info.path}.`,
      }),
    )
}
