import type { Command } from 'commander'
import { toRecord, type ErrorRecord } from '../../core/errors.ts'
import type { Finding } from '../../core/records.ts'
import type { App } from '../app.ts'
import { knownProject, withCommon, type Common, type Shell } from './shell.ts'
import { table } from './table.ts'

export function doctorCommand(program: Command, shell: Shell): void {
  withCommon(program.command('doctor'))
    .description('look whether everything that the program needs is there and whole')
    .option('--base <name|folder>', 'look at this base model')
    .addHelpText('after', '\nExample:\n  $ shiliu doctor --project reviews.shiliu')
    .action(async (options: Common & { base?: string }) => {
      await shell.perform(options, {
        project: 'none',
        work: async (app) => {
          const findings = await check(shell, app, options)
          if (findings.some((finding) => !finding.isGood)) shell.exitCode = 1
          return findings
        },
        show: (findings) =>
          table(findings.map(({ about, isGood, detail }) => [isGood ? 'ok' : 'NO', about, detail])),
      })
    })
}

/** Doctor also helps where there is no project; one that cannot be opened is a finding like others. */
async function check(
  shell: Shell,
  app: App,
  options: Common & { base?: string },
): Promise<readonly Finding[]> {
  const path = knownProject(options)
  const fault = path === undefined ? null : await faultOf(app, path)
  const findings = await app.call('doctor.check', { base: options.base })
  if (!fault) return findings
  return [...findings, { about: 'project file', isGood: false, detail: shell.sentence(fault) }]
}

async function faultOf(app: App, path: string): Promise<ErrorRecord | null> {
  try {
    await app.call('project.open', { path, mode: 'read' })
    return null
  } catch (error) {
    return toRecord(error)
  }
}
