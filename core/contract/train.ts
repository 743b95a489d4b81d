import * as v from 'valibot'
import {
  evaluateMethods,
  ModelSizeSchema,
  PretrainSettingsSchema,
  PretrainSpecSchema,
  RecipeSchema,
} from '../job.ts'
import { PseudoSettingsSchema, SeedSchema } from '../project.ts'
import type { RunPlan, RunReport } from '../records.ts'
import { gives, none, Count, Device, Positive, Path, Threads, startsJob } from './schemas.ts'

/** Everything that trains. */
export const trainCalls = {
  'train.start': {
    input: v.object({
      base: v.optional(Path),
      recipe: v.optional(v.partial(RecipeSchema), {}),
      seed: v.optional(SeedSchema),
      threads: Threads,
      device: Device,
      checkpointEvery: v.optional(Positive, 50),
      pseudo: v.optional(PseudoSettingsSchema, {}),
    }),
    output: startsJob,
    writes: true,
  },
  /** What a run that is started now would be made of, and what keeps it from starting. Saves nothing. */
  'train.plan': {
    input: v.object({
      recipe: v.optional(v.partial(RecipeSchema), {}),
      seed: v.optional(SeedSchema),
      threads: Threads,
    }),
    output: gives<RunPlan>(),
    writes: false,
  },
  /** Every run, also those that never finished, the latest first. */
  'train.runs': { input: none, output: gives<readonly RunReport[]>(), writes: false },
  'evaluate.start': {
    input: v.object({
      fewclue: Path,
      task: v.string(),
      splits: v.array(Count),
      final: v.boolean(),
      base: v.optional(Path),
      methods: v.optional(v.array(v.picklist(evaluateMethods)), [...evaluateMethods]),
      poolSteps: v.optional(Count, 0),
      recipe: v.optional(v.partial(RecipeSchema), {}),
      seed: v.optional(SeedSchema, 1),
      threads: Threads,
      device: Device,
      workFolder: Path,
    }),
    output: startsJob,
    writes: false,
  },
  'pretrain.start': {
    input: v.object({
      corpus: PretrainSpecSchema.entries.corpus,
      start: v.union([v.object({ size: ModelSizeSchema }), v.object({ base: Path })]),
      settings: PretrainSettingsSchema,
      workFolder: Path,
      out: Path,
      dtype: v.optional(v.picklist(['F32', 'F16']), 'F16'),
      threads: Threads,
      device: Device,
      checkpointEvery: v.optional(Positive, 200),
      evaluateEvery: v.optional(Positive, 500),
    }),
    output: startsJob,
    writes: false,
  },
} as const
