import { api } from '../../api.ts'
import { jobs } from '../../state/jobs.svelte.ts'
import { attempt } from '../../state/messages.svelte.ts'

/** Starts the job that scores the unlabelled texts with the round in use. */
export async function scorePool(): Promise<void> {
  await attempt(() => api.call('review.propose', {}))
  await jobs.refresh()
}
