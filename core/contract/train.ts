import * as v from 'valibot'
import {
  evaluateMethods,
  ModelSizeSchema,
  PretrainSettingsSchema,
  PretrainSpecSchema,
  RecipeSchema,
} from '../job.ts'
import type { RunMemory } from '../memory.ts'
import { PseudoSettingsSchema, SeedSchema } from '../project.ts'
import type { BaseModel, RunPlan, RunReport } from '../records.ts'
import { gives, none, Count, Device, Positive, Path, Threads, startsJob } from './schemas.ts'

/**
 * The name of a base model, or the folder of one. Without it a project goes on with the base of its
 * latest run, and begins with the one that comes with the program.
 */
const Base = v.optional(Path)

/** Everything that trains, and what it begins from. */
export const trainCalls = {
  /** The base models at hand, the program's own first. */
  'models.list': { input: none, output: gives<readonly BaseModel[]>(), writes: false },
  /** Checks the whole model of a folder and copies it; without a name it gets that of the folder. */
  'models.add': {
    input: v.object({ folder: Path, name: v.optional(v.string()) }),
    output: gives<BaseModel>(),
    writes: false,
  },
  /** Forgets a base model that was added. Projects keep what they were trained from. */
  'models.remove': {
    input: v.object({ name: v.string() }),
    output: gives<readonly BaseModel[]>(),
    writes: false,
  },
  /** Keeps with the project what the next run begins with; words are checked against it from then on. */
  'train.chooseBase': {
    input: v.object({ name: v.string() }),
    output: gives<null>(),
    writes: true,
  },
  'train.start': {
    input: v.object({
      base: Base,
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
      base: Base,
      recipe: v.optional(v.partial(RecipeSchema), {}),
      seed: v.optional(SeedSchema),
      threads: Threads,
    }),
    output: gives<RunPlan>(),
    writes: false,
  },
  /** What a run would take in memory; null where no task says what it would be or its device cannot tell. */
  'train.memory': {
    input: v.object({
      base: Base,
      recipe: v.optional(v.partial(RecipeSchema), {}),
      device: Device,
    }),
    output: gives<RunMemory | null>(),
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
      base: Base,
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
