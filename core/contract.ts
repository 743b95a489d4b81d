import * as v from 'valibot'
import type { ErrorRecord } from './errors.ts'
import type { JobId } from './project.ts'
import type { Job, JobEvent } from './records.ts'
import { projectCalls } from './contract/project.ts'
import { dataCalls } from './contract/data.ts'
import { taskCalls } from './contract/task.ts'
import { labelCalls } from './contract/label.ts'
import { trainCalls } from './contract/train.ts'
import { reviewCalls } from './contract/review.ts'
import { roundsCalls } from './contract/rounds.ts'
import { exportCalls } from './contract/export.ts'
import { devicesCalls } from './contract/devices.ts'
import { jobsCalls } from './contract/jobs.ts'
import { gives } from './contract/schemas.ts'

export { rowsAtOnce } from './contract/data.ts'
export type { Labelled, LabelledFromColumn } from './contract/label.ts'
export { VerdictSchema, type Accepted, type Verdict } from './contract/review.ts'
export { mostAtOnce, type Started } from './contract/schemas.ts'
export { TaskDefinitionSchema, type TaskDefinition } from './contract/task.ts'

/**
 * The contract: every call and every event between the shells and the application, once; `contract/` has
 * the calls by what they are about. Inputs are checked when they arrive; outputs come from our own process
 * and are only typed.
 */
export const calls = {
  ...projectCalls,
  ...dataCalls,
  ...taskCalls,
  ...labelCalls,
  ...trainCalls,
  ...reviewCalls,
  ...roundsCalls,
  ...exportCalls,
  ...devicesCalls,
  ...jobsCalls,
} as const

export type Call = keyof typeof calls

/** Whether a name from outside is that of a call, and not one that every object has. */
export function isCall(name: unknown): name is Call {
  return typeof name === 'string' && Object.hasOwn(calls, name)
}

/** What crosses the border to a page in answer to a call. */
export type Answer = { readonly output: unknown } | { readonly error: ErrorRecord }

/** What a caller passes. */
export type Input<K extends Call> = v.InferInput<(typeof calls)[K]['input']>

/** What a handler receives: checked, with defaults filled in. */
export type Checked<K extends Call> = v.InferOutput<(typeof calls)[K]['input']>

export type Output<K extends Call> = v.InferOutput<(typeof calls)[K]['output']>

export type Handler<K extends Call> = (input: Checked<K>) => Output<K> | Promise<Output<K>>

export const events = {
  /** One line of a job's progress, at most four a second. */
  'job.step': gives<{ readonly job: JobId; readonly event: JobEvent }>(),
  'job.ended': gives<{ readonly job: Job }>(),
  /** A call has changed the project. */
  'project.changed': gives<{ readonly call: Call }>(),
  /** Another project is open now, or none. */
  'project.switched': gives<Record<string, never>>(),
} as const

export type Event = keyof typeof events
export type Payload<E extends Event> = v.InferOutput<(typeof events)[E]>
