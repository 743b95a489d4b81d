import * as v from 'valibot'
import { ImportPlanSchema } from '../import-plan.ts'
import { ModelFileSchema } from '../job.ts'
import type { ExportedFile } from '../records.ts'
import { gives, Positive, Path, Threads, SomeText, startsJob } from './schemas.ts'

const Temperature = v.optional(v.pipe(v.number(), v.gtValue(0)), 1)

/** What leaves the program, and what answers with it. */
export const exportCalls = {
  'export.start': {
    input: v.object({
      folder: Path,
      round: v.optional(Positive),
      temperature: Temperature,
      /** Writes an int8 model as well; the job fails where it does not agree with the float32 one. */
      int8: v.optional(v.boolean(), false),
      threads: Threads,
    }),
    output: startsJob,
    writes: true,
  },
  /** Measures what an int8 model of a round would cost; the job ends with an `Int8Report`. */
  'export.measureInt8': {
    input: v.object({ round: v.optional(Positive), temperature: Temperature, threads: Threads }),
    output: startsJob,
    writes: true,
  },
  /** The files of an exported folder, with the checksums that it lists for them. */
  'export.files': {
    input: v.object({ folder: Path }),
    output: gives<readonly ExportedFile[]>(),
    writes: false,
  },
  /** Reads every file of an exported folder again and compares it with its checksum. */
  'export.verify': {
    input: v.object({ folder: Path }),
    output: gives<null>(),
    writes: false,
  },
  /** Runs an exported folder on a few texts, or on a file whose answers are written to `out`. */
  'predict.start': {
    input: v.object({
      folder: Path,
      source: v.variant('kind', [
        v.object({
          kind: v.literal('texts'),
          texts: v.pipe(v.array(SomeText), v.minLength(1)),
        }),
        v.object({
          kind: v.literal('file'),
          path: Path,
          plan: ImportPlanSchema,
          /** A file that is not there yet. */
          out: Path,
          excelSafe: v.optional(v.boolean(), false),
        }),
      ]),
      model: v.optional(ModelFileSchema, 'float32'),
      threads: Threads,
    }),
    output: startsJob,
    writes: false,
  },
} as const
