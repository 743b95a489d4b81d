import type { Job } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { attempt } from '../../state/messages.svelte.ts'

/** How many of the project's latest jobs are looked through. */
const jobsBack = 1000

/** The project's jobs of a kind that are done, the latest first, with what they ended with. */
export async function doneJobs<T>(
  kind: Job['kind'],
): Promise<{ readonly job: Job; readonly result: T }[]> {
  const jobs = (await attempt(() => api.call('jobs.list', { limit: jobsBack }))) ?? []
  return jobs
    .filter((job) => job.kind === kind && job.state === 'done')
    .map((job) => ({ job, result: job.result as T }))
}
