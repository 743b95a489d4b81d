import type { Prediction, StepRecord } from '../core/job.ts'
import type { JobItem, Scored } from '../core/task.ts'

/** What a job may do to the outside, whoever runs it. */
export interface JobContext {
  /** Aborted when main asks for it: training saves a checkpoint, and every job throws `job.cancelled`. */
  readonly signal: AbortSignal
  readonly jobId: string
  /** Path of the checkpoint to go on from. */
  readonly resume: string | undefined
  report(record: StepRecord): void
  checkpoint(path: string, step: number, sha256: string): void
  scores(items: readonly Scored[]): void
  predictions(items: readonly Prediction[]): void
  /** The next batch of texts; call until as many have come as the spec announced. */
  texts(): Promise<readonly JobItem[]>
}
