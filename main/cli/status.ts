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
        work: (app) => look(shell, app),
        show: (status) => showStatus(shell, status),
      }),
    )
}

async function look({ words }: Shell, app: App) {
  const info = await app.call('project.info', {})
  const jobs = await app.call('jobs.list', {})
  const round = info.roundInUse
  const proposals = round === null ? [] : (await app.call('rounds.get', { round })).proposals
  const audits = proposals.length === 0 ? [] : await app.call('audit.list', {})
  const training = jobs.find(({ kind }) => kind === 'train')
  const scoring = jobs.find(({ kind }) => kind === 'propose')
  return {
    ...info,
    jobs,
    next: nextStep({ info, training, scoring, proposals, audits } satisfies Situation, words),
  }
}

type Status = Awaited<ReturnType<typeof look>>

function showStatus(shell: Shell, status: Status): string {
  const { name, path, texts, seed, task, labels, roundInUse, jobs, next } = status
  const { words } = shell
  return [
    words.status(name, path, texts, seed),
    task ? showSummary(labels, namesOf(task), words) : words.noTaskYet,
    roundInUse === null ? words.noModel : words.roundInUse(roundInUse),
    ...unfinished(jobs).map((job) => showJob(shell, job)),
    words.next(next),
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
  const { words } = shell
  const head = words.job(job.kind, job.id)
  if (job.state === 'failed' && job.error) return words.jobFailed(head, shell.sentence(job.error))
  if (job.state === 'running' || job.state === 'queued') return words.jobElsewhere(head)
  const stopped = { code: 'job.stopped', details: stoppedBy(job) }
  return words.jobStopped(head, shell.sentence(stopped))
}
