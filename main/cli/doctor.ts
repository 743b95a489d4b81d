import type { Command } from 'commander'
import type { Finding } from '../../core/records.ts'
import type { App } from '../app.ts'
import { projectPath, withCommon, type Common, type Shell } from './shell.ts'
import { table } from './table.ts'

export function doctorCommand(program: Command, shell: Shell): void {
  withCommon(program.command('doctor'))
    .description('look whether everything that the program needs is there and whole')
    .option('--base <folder>', 'look at this base model')
    .addHelpText('after', '\nExample:\n  $ shiliu doctor --project reviews.shiliu')
    .action(async (options: Common & { base?: string }) => {
      await shell.perform(options, {
        project: 'none',
        work: async (app) => {
          const findings = await check(app, options)
          if (findings.some((finding) => !finding.isGood)) shell.exitCode = 1
          return findings
        },
        show: (findings) =>
          table(findings.map(({ about, isGood, detail }) => [isGood ? 'ok' : 'NO', about, detail])),
      })
    })
}

/** The project is looked at when one is named; doctor also helps where there is none. */
async function check(app: App, options: Common & { base?: string }): Promise<readonly Finding[]> {
  const isNamed = options.project !== undefined || process.env.SHILIU_PROJECT !== undefined
  if (isNamed) await app.call('project.open', { path: projectPath(options), mode: 'read' })
  return app.call('doctor.check', { base: options.base })
}
