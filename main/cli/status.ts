import type { Command } from 'commander'
import type { Job, ProjectInfo } from '../../core/records.ts'
import { namesOf } from './classes.ts'
import { showSummary } from './label.ts'
import { withCommon, type Common, type Shell } from './shell.ts'

export function statusCommand(program: Command, shell: Shell): void {
  withCommon(program.command('status'))
    .description('what the project holds, and what can be done next')
    .action((options: Common) =>
      shell.perform(options, {
        project: 'read',
        work: async (app) => ({
          ...(await app.call('project.info', {})),
          jobs: await app.call('jobs.list', { limit: 5 }),
        }),
        show: showStatus,
      }),
    )
}

function showStatus(info: ProjectInfo & { jobs: readonly Job[] }): string {
  const open = info.jobs.filter((job) => job.state === 'interrupted' || job.state === 'cancelled')
  return [
    `${info.name} (${info.path}), ${info.texts} texts, seed ${info.seed}`,
    info.task ? showSummary(info.labels, namesOf(info.task)) : 'No task yet: shiliu task set FILE.',
    info.roundInUse === null ? 'No model yet.' : `Round ${info.roundInUse} is in use.`,
    ...open.map((job) => `${job.kind} (job ${job.id}) was not finished.`),
  ].join('\n')
}
