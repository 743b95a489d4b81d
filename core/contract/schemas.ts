import * as v from 'valibot'
import { DeviceSchema } from '../devices.ts'
import type { JobId } from '../project.ts'

/** What a call gives back. */
export const gives = <T>() => v.custom<T>(() => true)

export const none = v.object({})
export const Count = v.pipe(v.number(), v.integer(), v.minValue(0))
export const Positive = v.pipe(v.number(), v.integer(), v.minValue(1))
export const Path = v.pipe(v.string(), v.minLength(1))
export const Threads = v.optional(Positive)
/** What is computed on; without it the CPU. */
export const Device = v.optional(DeviceSchema)
export const Limit = v.optional(v.pipe(Positive, v.maxValue(10_000)), 100)
/** The most that one call takes: its work is done in one piece, while nothing else happens. */
export const mostAtOnce = 10_000
export const listOf = <S extends v.GenericSchema>(item: S) =>
  v.pipe(v.array(item), v.maxLength(mostAtOnce))
export const SomeText = v.object({ a: v.string(), b: v.optional(v.string()) })
export const Page = { offset: v.optional(Count, 0), limit: Limit }

export interface Started {
  readonly job: JobId
}

export const startsJob = gives<Started>()
