import type { Command } from 'commander'
import type { Job } from '../../core/records.ts'
import type { App } from '../app.ts'
import { namesOf } from './classes.ts'
import { showSummary } from './label.ts'
import { nextStep, type Situation } from './next-step.ts'
import { stoppedBy, withCommon, type Common, type Shell } from './shell.ts'

export function statusCommand(program: Command, shell: Shell): void {
  withCommon(program.command('status'))
    .description('what the project holds, and what can be done next')
    .action((options: Common) =>
      shell.perform(options, {
        project: 'read',
        work: look,
        show: (status) => showStatus(shell, status),
      }),
    )
}

async function look(app: App) {
  const info = await app.call('project.info', {})
  const jobs = await app.call('jobs.list', {})
  const round = info.roundInUse
  const proposals = round === null ? [] : (await app.call('rounds.get', { round })).proposals
  const audits = proposals.length === 0 ? [] : await app.call('audit.list', {})
  const training = jobs.find(({ kind }) => kind === 'train')
  return {
    ...info,
    jobs,
    next: nextStep({ info, training, proposals, audits } satisfies Situation),
  }
}

type Status = Awaited<ReturnType<typeof look>>

function showStatus(shell: Shell, status: Status): string {
  const { name, path, texts, seed, task, labels, roundInUse, jobs, next } = status
  return [
    `${name} (${path}), ${texts} texts, seed ${seed}`,
    task ? showSummary(labels, namesOf(task)) : 'No task yet.',
    roundInUse === null ? 'No model yet.' : `Round ${roundInUse} is in use.`,
    ...unfinished(jobs).map((job) => showJob(shell, job)),
    `Next: ${next}`,
  ].join('\n')
}

/** The latest job of each kind, where it did not come to its end. */
function unfinished(newestFirst: readonly Job[]): Job[] {
  const latest = newestFirst.filter(
    ({ kind }, i) => newestFirst.findIndex((job) => job.kind === kind) === i,
  )
  return latest.filter(({ state }) => state !== 'done').toReversed()
}

function showJob(shell: Shell, job: Job): string {
  const head = `${job.kind} (job ${job.id})`
  if (job.state === 'failed' && job.error) return `${head} failed: ${shell.sentence(job.error)}`
  if (job.state === 'running' || job.state === 'queued')
    return `${head} is under way in another program, or was cut off with it.`
  return `${head}: ${shell.sentence({ code: 'job.stopped', details: stoppedBy(job) })}`
}
