import type { Command } from 'commander'
import { wholeNumber } from './numbers.ts'
import { withCommon, type Common, type Shell } from './shell.ts'

export function newCommand(program: Command, shell: Shell): void {
  withCommon(program.command('new'))
    .description('make an empty project')
    .argument('<file>', 'where the project will be; .shiliu is added to a name without it')
    .option('--name <name>', 'what it is called (default: the name of the file)')
    .option('--seed <n>', 'seed of every random draw in the project', wholeNumber, 1)
    .addHelpText('after', '\nExample:\n  $ shiliu new reviews.shiliu --seed 7')
    .action((path: string, options: Common & { name?: string; seed: number }) =>
      shell.perform(options, {
        project: 'none',
        work: (app) => {
          const { name, seed } = options
          return app.call('project.create', { path: projectName(path), name, seed })
        },
        show: (info, words) => words.made(info.path),
      }),
    )
}

/** Commands find a project by the ending of its name. */
function projectName(path: string): string {
  return path.endsWith('.shiliu') ? path : `${path}.shiliu`
}
