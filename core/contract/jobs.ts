import * as v from 'valibot'
import { JobIdSchema, WorkKindSchema } from '../project.ts'
import type { Finding, Job, JobEvent } from '../records.ts'
import { gives, Count, Device, Path, Limit, startsJob } from './schemas.ts'

/** Jobs, and whether everything is in place. */
export const jobsCalls = {
  'jobs.list': {
    input: v.object({ limit: Limit }),
    output: gives<readonly Job[]>(),
    writes: false,
  },
  'jobs.get': { input: v.object({ job: JobIdSchema }), output: gives<Job>(), writes: false },
  /** Answers when the job has ended, however it ended. */
  'jobs.wait': { input: v.object({ job: JobIdSchema }), output: gives<Job>(), writes: false },
  'jobs.cancel': { input: v.object({ job: JobIdSchema }), output: gives<Job>(), writes: false },
  /** Takes up a job that was stopped or cut off, from its last checkpoint. */
  'jobs.resume': {
    input: v.object({
      job: v.optional(JobIdSchema),
      kind: v.optional(WorkKindSchema),
      /** Goes on with another device than it was started with. */
      device: Device,
    }),
    output: startsJob,
    writes: true,
  },
  'jobs.events': {
    input: v.object({ job: JobIdSchema, fromSeq: v.optional(Count, 0), limit: Limit }),
    output: gives<readonly JobEvent[]>(),
    writes: false,
  },

  'doctor.check': {
    input: v.object({ base: v.optional(Path) }),
    output: gives<readonly Finding[]>(),
    writes: false,
  },
} as const
