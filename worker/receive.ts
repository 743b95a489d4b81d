import { fail } from '../core/errors.ts'
import type { JobItem, TextItem } from '../core/task.ts'
import type { JobContext } from './job-context.ts'

/**
 * The texts that a spec announced, batch by batch. Errors: `job.cancelled`; `job.textsMissing` when
 * main has no more although some are owed.
 */
export async function* batches<T extends JobItem = TextItem>(
  count: number,
  context: JobContext,
): AsyncGenerator<readonly T[]> {
  let got = 0
  while (got < count) {
    if (context.signal.aborted) fail('job.cancelled', { job: context.jobId })
    const items = (await context.texts()) as readonly T[]
    if (items.length === 0) fail('job.textsMissing', { expected: count, got })
    got += items.length
    yield items
  }
}

export async function receiveAll<T extends TextItem = TextItem>(
  count: number,
  context: JobContext,
): Promise<T[]> {
  const all: T[] = []
  for await (const items of batches<T>(count, context)) all.push(...items)
  return all
}
