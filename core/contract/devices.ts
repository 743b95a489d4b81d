import * as v from 'valibot'
import { DeviceSchema, type DeviceReport } from '../devices.ts'
import { RecipeSchema } from '../job.ts'
import { gives, Path } from './schemas.ts'

/** What can be computed on. */
export const devicesCalls = {
  /** Every device that the program knows, tried once while it runs, or again with `again`. */
  'devices.list': {
    input: v.object({ again: v.optional(v.boolean(), false) }),
    output: gives<readonly DeviceReport[]>(),
    writes: false,
  },
  /** Milliseconds of one step of the project's next training. Errors: `device.*`. */
  'devices.measure': {
    input: v.object({
      device: DeviceSchema,
      recipe: v.optional(v.partial(RecipeSchema), {}),
      base: v.optional(Path),
    }),
    output: gives<{ readonly milliseconds: number }>(),
    writes: false,
  },
} as const
