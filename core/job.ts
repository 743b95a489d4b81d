import * as v from 'valibot'
import { DeviceSchema, type DeviceReport } from './devices.ts'
import type { ErrorRecord } from './errors.ts'
import type { RunMemory } from './memory.ts'
import { StepOptionsSchema } from './step-options.ts'
import { TaskSchema, type JobItem, type Scored } from './task.ts'

/**
 * The protocol between main and a compute process (decision 2). Texts flow on credit, in batches;
 * weights never travel in messages, only the paths of files do.
 */

/** How many texts travel in one message. */
export const textBatch = 256

const Positive = v.pipe(v.number(), v.gtValue(0))
const Count = v.pipe(v.number(), v.integer(), v.minValue(0))
/** What is computed on; without it the CPU. */
const Device = v.optional(DeviceSchema)

/** What a training run is made of. Immutable; stored with the run. */
export const RecipeSchema = v.object({
  steps: v.pipe(v.number(), v.integer(), v.minValue(1)),
  batch: v.pipe(v.number(), v.integer(), v.minValue(1)),
  learningRate: Positive,
  warmup: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  weightDecay: v.pipe(v.number(), v.minValue(0)),
  clip: Positive,
  dropout: v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
  maxTokens: v.pipe(v.number(), v.integer(), v.minValue(16)),
  ...StepOptionsSchema.entries,
})
export type Recipe = v.InferOutput<typeof RecipeSchema>

export const TrainSpecSchema = v.object({
  kind: v.literal('train'),
  task: TaskSchema,
  /** Folder with config.json, vocab.txt and model.safetensors. */
  base: v.string(),
  /** Fields left out come from the table of recipes for the base model's size. */
  recipe: v.partial(RecipeSchema),
  seed: Count,
  threads: v.pipe(v.number(), v.integer(), v.minValue(1)),
  device: Device,
  /** How many training texts main will send when asked. */
  texts: Count,
  /** Where checkpoints and the finished model go. */
  workFolder: v.string(),
  checkpointEvery: v.pipe(v.number(), v.integer(), v.minValue(1)),
})

/** Picks proposals from the scored pool (methods.md 2.3, step 3 and 4). */
export const ProposalRuleSchema = v.object({
  /** How many each class proposes, as a share of the least predicted class; 0 to 1. */
  share: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
  /** At least this many a class, when there are as many candidates. */
  minimum: Count,
  /** Only texts on which all word groups agree. */
  unanimous: v.boolean(),
})
export type ProposalRule = v.InferOutput<typeof ProposalRuleSchema>

export const ScoreSpecSchema = v.object({
  kind: v.literal('score'),
  task: TaskSchema,
  model: v.string(),
  threads: v.pipe(v.number(), v.integer(), v.minValue(1)),
  device: Device,
  maxTokens: v.pipe(v.number(), v.integer(), v.minValue(16)),
  texts: Count,
  /** With a rule, `done` also carries the ids to propose. */
  propose: v.optional(ProposalRuleSchema),
})

export const ExportSpecSchema = v.object({
  kind: v.literal('export'),
  task: TaskSchema,
  model: v.string(),
  folder: v.string(),
  temperature: Positive,
  threads: v.pipe(v.number(), v.integer(), v.minValue(1)),
  maxTokens: v.pipe(v.number(), v.integer(), v.minValue(16)),
  /** How many texts main will send for the parity check. */
  texts: Count,
  /** Writes the int8 model too; `shift` is what its measurement found. */
  int8: v.optional(v.object({ shift: v.array(v.number()) })),
})

/** Measures an int8 model beside the float32 one of an export, without writing either. */
export const Int8SpecSchema = v.object({
  kind: v.literal('int8'),
  task: TaskSchema,
  model: v.string(),
  temperature: Positive,
  threads: v.pipe(v.number(), v.integer(), v.minValue(1)),
  maxTokens: v.pipe(v.number(), v.integer(), v.minValue(16)),
  /** How many texts main will send. */
  texts: Count,
  /** How many of them, the first ones, only serve to find the shift. */
  calibration: Count,
})

/** The models of an exported folder. */
export const ModelFileSchema = v.picklist(['float32', 'int8'])
export type ModelFile = v.InferOutput<typeof ModelFileSchema>

/** The size of a model that is made anew. */
export const ModelSizeSchema = v.object({
  vocabSize: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(32_000)),
  layers: v.pipe(v.number(), v.integer(), v.minValue(1)),
  hiddenSize: v.pipe(v.number(), v.integer(), v.minValue(1)),
  heads: v.pipe(v.number(), v.integer(), v.minValue(1)),
  intermediateSize: v.pipe(v.number(), v.integer(), v.minValue(1)),
  maxPositions: v.pipe(v.number(), v.integer(), v.minValue(16)),
})
export type ModelSize = v.InferOutput<typeof ModelSizeSchema>

export const PretrainSettingsSchema = v.object({
  steps: v.pipe(v.number(), v.integer(), v.minValue(1)),
  learningRate: Positive,
  /** Steps of linear rise. */
  warmup: Count,
  weightDecay: v.pipe(v.number(), v.minValue(0)),
  maskRate: v.pipe(v.number(), v.gtValue(0), v.ltValue(1)),
  /** Share of words that are masked as a whole; the tokens of the others are masked one by one. */
  wholeWords: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  dropout: v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
  /** A cycle of batch shapes, the most frequent first; `share` is its number of steps in the cycle. */
  shapes: v.pipe(
    v.array(
      v.object({
        batch: v.pipe(v.number(), v.integer(), v.minValue(1)),
        tokens: v.pipe(v.number(), v.integer(), v.minValue(16)),
        share: v.pipe(v.number(), v.integer(), v.minValue(1)),
      }),
    ),
    v.minLength(1),
  ),
  seed: Count,
  /** Held-out sequences in an evaluation. */
  heldOut: Count,
  ...v.partial(StepOptionsSchema).entries,
})
export type PretrainSettings = v.InferOutput<typeof PretrainSettingsSchema>

export const PretrainSpecSchema = v.object({
  kind: v.literal('pretrain'),
  /** Text files (plain or gzip), one paragraph a line, and how often each is drawn from. */
  corpus: v.pipe(v.array(v.object({ path: v.string(), weight: Positive })), v.minLength(1)),
  /** A new model of this size, or the folder of one to go on with. */
  start: v.union([v.object({ size: ModelSizeSchema }), v.object({ base: v.string() })]),
  settings: PretrainSettingsSchema,
  /** Token cache, checkpoint and curve. The finished model is written to `out`. */
  workFolder: v.string(),
  out: v.string(),
  dtype: v.picklist(['F32', 'F16']),
  threads: v.pipe(v.number(), v.integer(), v.minValue(1)),
  device: Device,
  checkpointEvery: v.pipe(v.number(), v.integer(), v.minValue(1)),
  evaluateEvery: v.pipe(v.number(), v.integer(), v.minValue(1)),
})

/** What is measured: the majority class, the model untrained, each word group alone, all groups. */
export const evaluateMethods = ['majority', 'zero-shot', 'single', 'fuzzy'] as const
export type EvaluateMethod = (typeof evaluateMethods)[number]

export const EvaluateSpecSchema = v.object({
  kind: v.literal('evaluate'),
  fewclue: v.string(),
  task: v.string(),
  splits: v.array(Count),
  /** True reads test_public, which is counted (decision 19); false reads the split's own dev. */
  final: v.boolean(),
  base: v.string(),
  methods: v.pipe(v.array(v.picklist(evaluateMethods)), v.minLength(1)),
  /** Steps of continued pretraining on the task's own pool before anything else; 0 for none. */
  poolSteps: Count,
  recipe: v.partial(RecipeSchema),
  seed: Count,
  threads: v.pipe(v.number(), v.integer(), v.minValue(1)),
  device: Device,
  workFolder: v.string(),
})

/** Answers texts with an exported folder alone, as someone who received it would. */
export const PredictSpecSchema = v.object({
  kind: v.literal('predict'),
  folder: v.string(),
  /** Which of its models answers; the float32 one, where nothing is said. */
  model: v.optional(ModelFileSchema),
  /** How many texts main will send. */
  texts: Count,
  threads: v.pipe(v.number(), v.integer(), v.minValue(1)),
})

export const JobSpecSchema = v.variant('kind', [
  TrainSpecSchema,
  ScoreSpecSchema,
  ExportSpecSchema,
  Int8SpecSchema,
  PretrainSpecSchema,
  EvaluateSpecSchema,
  PredictSpecSchema,
])

export type TrainSpec = v.InferOutput<typeof TrainSpecSchema>
export type ScoreSpec = v.InferOutput<typeof ScoreSpecSchema>
export type ExportSpec = v.InferOutput<typeof ExportSpecSchema>
export type Int8Spec = v.InferOutput<typeof Int8SpecSchema>
export type PretrainSpec = v.InferOutput<typeof PretrainSpecSchema>
export type EvaluateSpec = v.InferOutput<typeof EvaluateSpecSchema>
export type PredictSpec = v.InferOutput<typeof PredictSpecSchema>
export type JobSpec = v.InferOutput<typeof JobSpecSchema>

/** Checks words and patterns against a model's vocabulary. */
export const CheckSpecSchema = v.object({
  kind: v.literal('check'),
  task: TaskSchema,
  model: v.string(),
  /** Asks also for the recipe of a training with so many texts; fields given here stay as they are. */
  training: v.optional(v.object({ texts: Count, recipe: v.partial(RecipeSchema) })),
})

const QuestionTextSchema = v.object({ a: v.string(), b: v.optional(v.string()) })

/** Shows a text in a pattern, token by token, as the model reads it. */
export const PatternQuestionSchema = v.object({
  kind: v.literal('pattern'),
  task: TaskSchema,
  model: v.string(),
  /** Index into the task's patterns. */
  pattern: Count,
  text: QuestionTextSchema,
  /** Length of the sequences; without it that of a training run. */
  maxTokens: v.optional(v.pipe(v.number(), v.integer(), v.minValue(16))),
})

/** How many texts a question holds at most. */
export const mostQuestionTexts = 20

/** Asks what a model says of a few texts. Words and patterns that cannot be used are left out. */
export const ScoreQuestionSchema = v.object({
  kind: v.literal('score'),
  task: TaskSchema,
  model: v.string(),
  texts: v.pipe(v.array(QuestionTextSchema), v.minLength(1), v.maxLength(mostQuestionTexts)),
  maxTokens: v.optional(v.pipe(v.number(), v.integer(), v.minValue(16))),
})

/** How many texts an estimate of memory looks at. */
export const mostEstimated = 1000

/** Asks what a training would take in memory. */
export const MemoryQuestionSchema = v.object({
  kind: v.literal('memory'),
  task: TaskSchema,
  model: v.string(),
  device: DeviceSchema,
  recipe: v.partial(RecipeSchema),
  /** How many texts it has. */
  count: Count,
  /** Those of them that are looked at: the longest. */
  texts: v.pipe(
    v.array(
      v.object({
        ...QuestionTextSchema.entries,
        kind: v.picklist(['gold', 'accepted', 'rejected']),
      }),
    ),
    v.maxLength(mostEstimated),
  ),
})
export type MemoryQuestion = v.InferOutput<typeof MemoryQuestionSchema>

/** Checks a model that came from elsewhere, all of it, and writes it in this program's own form. */
export const AdoptQuestionSchema = v.object({
  kind: v.literal('adopt'),
  folder: v.string(),
  /** An empty folder, or none yet. */
  out: v.string(),
})

/** What the assist process is asked (decision 1): short things, answered also while a job runs. */
export const QuestionSchema = v.variant('kind', [
  CheckSpecSchema,
  PatternQuestionSchema,
  ScoreQuestionSchema,
  MemoryQuestionSchema,
  AdoptQuestionSchema,
])

/** Tries a device in a process of its own: a driver that fails takes nothing else along. */
export const ProbeSchema = v.object({
  device: DeviceSchema,
  threads: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Asks also how long a step of this training takes there. */
  measure: v.optional(
    v.object({ task: TaskSchema, model: v.string(), recipe: v.partial(RecipeSchema) }),
  ),
})
export type Probe = v.InferOutput<typeof ProbeSchema>

export interface ProbeResult extends DeviceReport {
  /** Of one step of the training that was to be measured; null where none was. */
  readonly milliseconds: number | null
}

export type CheckSpec = v.InferOutput<typeof CheckSpecSchema>
export type PatternQuestion = v.InferOutput<typeof PatternQuestionSchema>
export type ScoreQuestion = v.InferOutput<typeof ScoreQuestionSchema>
export type QuestionText = v.InferOutput<typeof QuestionTextSchema>
export type Question = v.InferOutput<typeof QuestionSchema>

/** One line of progress. `done` of `total` in the unit named; `figures` by name, such as `loss`. */
export interface StepRecord {
  readonly phase: string
  readonly done: number
  readonly total: number
  readonly figures: Readonly<Record<string, number>>
}

export interface TrainResult {
  readonly kind: 'train'
  readonly steps: number
  readonly finalLoss: number
  readonly recipe: Recipe
  /** Folder of the finished model (config.json, vocab.txt, model.safetensors). */
  readonly model: string
  /** SHA-256 of model.safetensors, lower-case hex. */
  readonly sha256: string
  readonly milliseconds: number
  readonly environment: Environment
}

/** What bit-equality depends on (decision 14). */
export interface Environment {
  readonly onnxruntime: string
  readonly provider: string
  readonly threads: number
  readonly cpu: string
  readonly node: string
}

export interface ScoreResult {
  readonly kind: 'score'
  readonly scored: number
  /** Ids to propose with their class, in order of decreasing score; empty without a rule. */
  readonly proposals: readonly ProposedText[]
  readonly milliseconds: number
}

/** A proposal, everything in it after prior correction. */
export interface ProposedText {
  readonly id: number
  readonly class: number
  /** `[C]`: what a soft target is made of. */
  readonly probabilities: readonly number[]
  /** Probability of the class. */
  readonly score: number
  /** Score minus that of the next class. */
  readonly margin: number
  /** `[G]`: whether each word group alone chooses the class. */
  readonly agrees: readonly boolean[]
}

/** One finding of the live check, about a word (group and class) or a pattern. */
export interface TaskFinding {
  readonly severity: 'error' | 'warning'
  readonly error: ErrorRecord
}

export interface CheckResult {
  readonly kind: 'check'
  readonly findings: readonly TaskFinding[]
  /** words[g][c]: the tokens of group g's word for class c. */
  readonly words: readonly (readonly (readonly string[])[])[]
  /** attainable[c]: the largest summed score that parallel masks allow, 0 to 1 (methods.md 1.5). */
  readonly attainable: readonly number[]
  /** reach[g][c]: what group g's word gives to `attainable[c]`; 0 where it cannot be read or is none. */
  readonly reach: readonly (readonly number[])[]
  /** masks[g]: how many masks group g needs. */
  readonly masks: readonly number[]
  /** The recipe in full, where the spec asks for it. */
  readonly recipe?: Recipe
  /** sound[g][c]: whether the word can be used; false also where there is none. */
  readonly sound: readonly (readonly boolean[])[]
}

/** What a token of a filled pattern belongs to: the pattern itself, one of the texts, or the word. */
export type TokenRole = 'constant' | 'a' | 'b' | 'mask'

export interface PatternAnswer {
  readonly kind: 'pattern'
  /** From `[CLS]` to `[SEP]`, after truncation. */
  readonly tokens: readonly { readonly text: string; readonly role: TokenRole }[]
  /** The length of the sequences, in tokens. */
  readonly maxTokens: number
  /** Tokens of each text that found no room. */
  readonly cut: { readonly a: number; readonly b: number }
}

/** What a model says of one text; `null` where a class or a group has no word that can be used. */
export interface TextScore {
  /** `[C]`, as the exported model gives them at temperature 1. */
  readonly logits: readonly (number | null)[]
  /** `[C]`: their softmax; 0 for a class without words. */
  readonly probabilities: readonly number[]
  /** `[G][C]`: the probability that the model gives to the group's word for the class. */
  readonly groups: readonly (readonly (number | null)[])[]
  /** The share of groups that choose the winning class by themselves. */
  readonly agreement: number
}

export interface ScoreAnswer {
  readonly kind: 'score'
  readonly texts: readonly TextScore[]
  readonly size: ModelFacts
}

/** What tells one model from another at a glance. */
export interface ModelFacts {
  readonly layers: number
  readonly hiddenSize: number
  readonly vocabSize: number
}

export interface AdoptAnswer {
  readonly kind: 'adopt'
  /** SHA-256 of the weights that were written. */
  readonly sha256: string
}

export interface MemoryAnswer {
  readonly kind: 'memory'
  /** Null where the device cannot tell. */
  readonly memory: RunMemory | null
}

export type Answer = CheckResult | PatternAnswer | ScoreAnswer | MemoryAnswer | AdoptAnswer

export interface ParityLine {
  readonly runtime: string
  /**
   * `failed`: the runtime is there and gave no answer. One that answers otherwise than the trained model
   * ends the export.
   */
  readonly state: 'agreed' | 'notChecked' | 'failed'
  readonly texts: number
  /** Texts on which the runtime is known to differ, which were not compared. */
  readonly leftOut: number
  /** Largest absolute logit difference, or null when this runtime could not be used. */
  readonly worst: number | null
  /** What was compared. */
  readonly unit?: 'logits' | 'probabilities'
  /** The program or package that the machine lacks, where nothing was compared for that. */
  readonly missing?: string
  /** What was compared, or why nothing was, in English: for the model card and the command line. */
  readonly note: string
}

export interface ExportResult {
  readonly kind: 'export'
  /** Paths below the folder, written so far. */
  readonly files: readonly string[]
  readonly parity: readonly ParityLine[]
  /** The int8 model in each runtime, beside its own answers in this program; empty without one. */
  readonly int8Parity: readonly ParityLine[]
  readonly modelMaxLength: number
}

/** A figure of each model of an exported folder. */
export type OfModels<T> = Readonly<Record<ModelFile, T>>

export interface Int8Result {
  readonly kind: 'int8'
  /** Sizes of the ONNX files. */
  readonly bytes: OfModels<number>
  /** Time per text, both measured in turns. */
  readonly milliseconds: OfModels<number>
  /** `[C]`: by how much rounding raises each class's logit on average; the int8 file takes it off. */
  readonly shift: readonly number[]
  /** The best class, by index, of every text after the calibration. */
  readonly answers: readonly ({ readonly id: number } & OfModels<number>)[]
}

export interface PretrainResult {
  readonly kind: 'pretrain'
  readonly model: string
  readonly steps: number
  /** Tokens seen in all, padding not counted. */
  readonly tokens: number
  /** Share of held-out masks that were guessed; null where nothing is held out. */
  readonly heldOutAccuracy: number | null
}

export interface EvaluateRow {
  readonly task: string
  readonly method: string
  readonly split: number
  readonly correct: readonly boolean[]
  readonly n: number
}

/** What continued pretraining read of a task's unlabelled texts, and what was left out. */
export interface PoolReport {
  readonly texts: number
  /** Texts that also stand in test_public. */
  readonly inTest: number
  readonly repeated: number
}

export interface EvaluateResult {
  readonly kind: 'evaluate'
  readonly rows: readonly EvaluateRow[]
  /** Null without continued pretraining. */
  readonly pool: PoolReport | null
}

/** What an exported model says of one text: `label` as in its config, `score` its probability. */
export interface Prediction {
  readonly id: number
  readonly label: string
  readonly score: number
  readonly logits: readonly number[]
}

export interface PredictResult {
  readonly kind: 'predict'
  readonly predicted: number
  readonly milliseconds: number
}

export type JobResult =
  | TrainResult
  | ScoreResult
  | ExportResult
  | Int8Result
  | PretrainResult
  | EvaluateResult
  | PredictResult

export type ToWorker =
  | {
      readonly type: 'start'
      readonly job: string
      readonly spec: JobSpec
      /** Path of the checkpoint to go on from. */
      readonly resume?: string
    }
  | {
      readonly type: 'texts'
      readonly job: string
      readonly items: readonly JobItem[]
    }
  | { readonly type: 'cancel'; readonly job: string }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  | { readonly type: 'probe'; readonly probe: Probe }

export type FromWorker =
  | { readonly type: 'ready' }
  /** Credit for one more batch of at most `textBatch` texts, in the order of their ids. */
  | { readonly type: 'more'; readonly job: string }
  | { readonly type: 'step'; readonly job: string; readonly record: StepRecord }
  | {
      readonly type: 'checkpoint'
      readonly job: string
      readonly path: string
      readonly step: number
      readonly sha256: string
    }
  | { readonly type: 'scores'; readonly job: string; readonly items: readonly Scored[] }
  | { readonly type: 'predictions'; readonly job: string; readonly items: readonly Prediction[] }
  | { readonly type: 'done'; readonly job: string; readonly result: JobResult }
  | { readonly type: 'failed'; readonly job: string; readonly error: ErrorRecord }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'refused'; readonly id: number; readonly error: ErrorRecord }
  | { readonly type: 'probed'; readonly result: ProbeResult }
