import * as v from 'valibot'
import type { ErrorRecord } from './errors.ts'
import {
  ImportPlanSchema,
  PreviewChoiceSchema,
  type FilePreview,
  type RowRejection,
} from './import-plan.ts'
import {
  evaluateMethods,
  ModelSizeSchema,
  PretrainSettingsSchema,
  PretrainSpecSchema,
  ProposalRuleSchema,
  RecipeSchema,
  mostQuestionTexts,
  type CheckResult,
  type PatternAnswer,
} from './job.ts'
import {
  AnswerSchema,
  AuditIdSchema,
  DecisionSchema,
  ImportIdSchema,
  JobIdSchema,
  MarkSchema,
  ProposalFilterSchema,
  PseudoSettingsSchema,
  SeedSchema,
  TextIdSchema,
  WorkKindSchema,
  audit,
  type JobId,
  type RunId,
  type TextId,
} from './project.ts'
import type {
  AssistScores,
  Audit,
  AuditItem,
  ExportedFile,
  Finding,
  Flip,
  FolderListing,
  HeldOutDraw,
  ImportReport,
  Job,
  JobEvent,
  JournalEntry,
  LabelSummary,
  LabelTrail,
  ModelView,
  ProjectInfo,
  Proposal,
  ProposalCount,
  RecentProject,
  RoundComparison,
  RoundReport,
  RoundsReport,
  RunPlan,
  RunReport,
  ShellInfo,
  StoredText,
  TaskVersion,
  TrailEntry,
} from './records.ts'

/**
 * The contract: every call and every event between the shells and the application, once. Inputs are
 * checked when they arrive; outputs come from our own process and are only typed.
 */

/** What a call gives back. */
const gives = <T>() => v.custom<T>(() => true)

const none = v.object({})
const Count = v.pipe(v.number(), v.integer(), v.minValue(0))
const Positive = v.pipe(v.number(), v.integer(), v.minValue(1))
const Path = v.pipe(v.string(), v.minLength(1))
const Threads = v.optional(Positive)
const Limit = v.optional(v.pipe(Positive, v.maxValue(10_000)), 100)
/** The most that one call takes: its work is done in one piece, while nothing else happens. */
export const mostAtOnce = 10_000
const listOf = <S extends v.GenericSchema>(item: S) =>
  v.pipe(v.array(item), v.maxLength(mostAtOnce))
/** The most texts that `data.rows` gives at once. */
export const rowsAtOnce = 500
const SomeText = v.object({ a: v.string(), b: v.optional(v.string()) })
const Page = { offset: v.optional(Count, 0), limit: Limit }

/** Narrows the texts of the project. Every field that is given must hold. */
const textFilter = {
  query: v.optional(v.string()),
  label: v.optional(v.picklist(['any', 'none', 'unlabelled'])),
  class: v.optional(v.string()),
  scope: v.optional(v.picklist(['heldout', 'pool'])),
}

/** A task as people write it: classes and words by the names of the classes. */
export const TaskDefinitionSchema = v.object({
  kind: v.optional(v.picklist(['single', 'pair']), 'single'),
  classes: v.array(
    v.object({ name: v.pipe(v.string(), v.trim(), v.minLength(1)), id: v.optional(v.string()) }),
  ),
  patterns: v.array(v.pipe(v.string(), v.minLength(1))),
  groups: v.array(
    v.object({ name: v.pipe(v.string(), v.minLength(1)), words: v.record(v.string(), v.string()) }),
  ),
  guideline: v.optional(v.string(), ''),
})
export type TaskDefinition = v.InferInput<typeof TaskDefinitionSchema>

export const VerdictSchema = v.variant('kind', [
  v.object({ kind: v.literal('approve') }),
  v.object({ kind: v.literal('reject') }),
  v.object({ kind: v.literal('correct'), answer: AnswerSchema }),
  v.object({ kind: v.literal('reopen') }),
])
export type Verdict = v.InferOutput<typeof VerdictSchema>

export interface Labelled {
  /** Null when nothing changed. */
  readonly entry: JournalEntry | null
  readonly labels: LabelSummary
}

export interface Accepted extends Labelled {
  /** Open proposals of the audited set whose class has left the task: they were not accepted. */
  readonly leftOut: number
}

export interface LabelledFromColumn extends Labelled {
  /** How many texts each class got. */
  readonly perClass: Readonly<Record<string, number>>
  /** Values of the column that are no class, with how many texts have them. */
  readonly unmatched: Readonly<Record<string, number>>
}

export interface Started {
  readonly job: JobId
}

const startsJob = gives<Started>()

export const calls = {
  /** What the program runs in, and where. */
  'shell.info': { input: none, output: gives<ShellInfo>(), writes: false },
  /** Asks with the system's own dialog; null when nothing was chosen. Shells without one list files. */
  'shell.pickFile': {
    input: v.object({ title: v.string(), extensions: v.optional(v.array(v.string()), []) }),
    output: gives<string | null>(),
    writes: false,
  },
  'shell.pickFolder': {
    input: v.object({ title: v.string() }),
    output: gives<string | null>(),
    writes: false,
  },
  /** Shows a file or folder with the system's own program. */
  'shell.openPath': { input: v.object({ path: Path }), output: gives<null>(), writes: false },
  /** The folders and files of a folder, below the root that the shell allows. */
  'files.list': {
    input: v.object({
      folder: v.optional(Path),
      /** Only files that end so, without the dot; none given, all files. */
      extensions: v.optional(v.array(v.string()), []),
    }),
    output: gives<FolderListing>(),
    writes: false,
  },
  /** Projects that were open before, the latest first. */
  'recent.list': { input: none, output: gives<readonly RecentProject[]>(), writes: false },
  /** Takes a project off the list. The file stays. */
  'recent.forget': {
    input: v.object({ path: Path }),
    output: gives<readonly RecentProject[]>(),
    writes: false,
  },
  /** A new project with the sample's texts and task, named after the sample, in `folder`. */
  'project.createSample': {
    input: v.object({ folder: Path }),
    output: gives<ProjectInfo>(),
    writes: false,
  },

  'project.create': {
    input: v.object({ path: Path, name: v.optional(v.string()), seed: v.optional(SeedSchema, 1) }),
    output: gives<ProjectInfo>(),
    writes: false,
  },
  'project.open': {
    input: v.object({ path: Path, mode: v.optional(v.picklist(['write', 'read']), 'write') }),
    output: gives<ProjectInfo>(),
    writes: false,
  },
  'project.info': { input: none, output: gives<ProjectInfo>(), writes: false },
  'project.close': { input: none, output: gives<null>(), writes: false },

  'data.preview': {
    input: v.object({ path: Path, choice: v.optional(PreviewChoiceSchema, {}) }),
    output: gives<FilePreview>(),
    writes: false,
  },
  'data.import': {
    input: v.object({ path: Path, plan: ImportPlanSchema }),
    output: startsJob,
    writes: true,
  },
  'data.imports': { input: none, output: gives<readonly ImportReport[]>(), writes: false },
  'data.rejected': {
    input: v.object({ import: ImportIdSchema, ...Page }),
    output: gives<readonly RowRejection[]>(),
    writes: false,
  },
  'data.texts': {
    input: v.object({ ...textFilter, after: v.optional(Count, 0), limit: Limit }),
    output: gives<readonly StoredText[]>(),
    writes: false,
  },
  /** The ids of all texts that a filter leaves, in order, and how long it took to find them. */
  'data.find': {
    input: v.object(textFilter),
    output: gives<{ readonly ids: readonly TextId[]; readonly milliseconds: number }>(),
    writes: false,
  },
  /** Some texts, in the order of the ids given. */
  'data.rows': {
    input: v.object({ ids: v.pipe(v.array(TextIdSchema), v.maxLength(rowsAtOnce)) }),
    output: gives<readonly StoredText[]>(),
    writes: false,
  },
  'data.text': {
    input: v.object({ id: TextIdSchema }),
    output: gives<{
      readonly text: StoredText
      readonly columns: Readonly<Record<string, string>>
      readonly proposals: readonly Proposal[]
    }>(),
    writes: false,
  },
  /** Texts by the ids of their own files. */
  'data.resolve': {
    input: v.object({ originalIds: listOf(v.string()) }),
    output: gives<readonly TextId[]>(),
    writes: false,
  },
  'data.columns': { input: none, output: gives<readonly string[]>(), writes: false },

  'task.get': { input: none, output: gives<TaskVersion | null>(), writes: false },
  'task.set': { input: TaskDefinitionSchema, output: gives<TaskVersion>(), writes: true },
  /** What a base model makes of a task's words and patterns. Saves nothing. */
  'task.check': {
    input: v.object({ definition: v.optional(TaskDefinitionSchema), base: v.optional(Path) }),
    output: gives<CheckResult>(),
    writes: false,
  },

  /** A text in one of a task's patterns, token by token, as the base model reads it. */
  'assist.pattern': {
    input: v.object({
      definition: v.optional(TaskDefinitionSchema),
      base: v.optional(Path),
      pattern: v.optional(Count, 0),
      text: SomeText,
    }),
    output: gives<PatternAnswer>(),
    writes: false,
  },
  /**
   * What the base model or the round in use says of a few texts. Without a definition the base takes
   * the current task, and the round the one that it was trained with.
   */
  'assist.score': {
    input: v.object({
      definition: v.optional(TaskDefinitionSchema),
      model: v.picklist(['base', 'round']),
      texts: v.pipe(v.array(SomeText), v.minLength(1), v.maxLength(mostQuestionTexts)),
    }),
    output: gives<AssistScores>(),
    writes: false,
  },

  'label.set': {
    input: v.object({
      edits: listOf(v.object({ text: TextIdSchema, mark: MarkSchema })),
      origin: v.optional(v.picklist(['human', 'file']), 'human'),
    }),
    output: gives<Labelled>(),
    writes: true,
  },
  /** Takes labels from an original column whose values are names of classes. */
  'label.fromColumn': {
    input: v.object({
      column: v.string(),
      scope: v.optional(v.picklist(['train', 'heldout']), 'train'),
      /** A seeded sample of each class; without it all texts of the scope. */
      perClass: v.optional(Positive),
      seed: v.optional(SeedSchema),
      /** Class names by the values of the column, where they differ. */
      names: v.optional(v.record(v.string(), v.string()), {}),
    }),
    output: gives<LabelledFromColumn>(),
    writes: true,
  },
  'label.undo': {
    input: v.object({ steps: v.optional(Positive, 1) }),
    output: gives<readonly TrailEntry[]>(),
    writes: true,
  },
  'label.redo': {
    input: v.object({ steps: v.optional(Positive, 1) }),
    output: gives<readonly TrailEntry[]>(),
    writes: true,
  },
  'label.trail': {
    input: v.object({ limit: v.optional(v.pipe(Positive, v.maxValue(50)), 4) }),
    output: gives<LabelTrail>(),
    writes: false,
  },
  /** What the round in use says of a text; null without a stored score, and for held-out texts. */
  'label.modelView': {
    input: v.object({ text: TextIdSchema }),
    output: gives<ModelView | null>(),
    writes: false,
  },
  'label.summary': { input: none, output: gives<LabelSummary>(), writes: false },
  /**
   * Texts to label next: at random, or those that the round in use is least sure of. Before the first
   * label of a larger project this draws the held-out sample, so that no text is shown for the one
   * purpose and used for the other.
   */
  'label.next': {
    input: v.object({
      scope: v.optional(v.picklist(['train', 'heldout']), 'train'),
      order: v.optional(v.picklist(['random', 'uncertain']), 'random'),
      limit: v.optional(v.pipe(Positive, v.maxValue(1000)), 20),
      skip: v.optional(listOf(TextIdSchema), []),
    }),
    output: gives<readonly StoredText[]>(),
    writes: false,
  },
  'label.journal': {
    input: v.object({ limit: Limit }),
    output: gives<readonly JournalEntry[]>(),
    writes: false,
  },
  'label.drawHeldOut': {
    input: v.object({ size: v.optional(Positive), seed: v.optional(SeedSchema) }),
    output: gives<HeldOutDraw>(),
    writes: true,
  },

  'train.start': {
    input: v.object({
      base: v.optional(Path),
      recipe: v.optional(v.partial(RecipeSchema), {}),
      seed: v.optional(SeedSchema),
      threads: Threads,
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

  'review.propose': {
    input: v.object({
      rule: v.optional(ProposalRuleSchema, { share: 0.1, minimum: 20, unanimous: true }),
      /** Scores a random part of the pool only. */
      limit: v.optional(Positive),
      threads: Threads,
    }),
    output: startsJob,
    writes: true,
  },
  'review.queue': {
    input: v.object({ filter: v.optional(ProposalFilterSchema, {}), ...Page }),
    output: gives<readonly Proposal[]>(),
    writes: false,
  },
  /** How many proposals wait for a decision under a filter, and whose they are. */
  'review.count': {
    input: v.object({ filter: v.optional(ProposalFilterSchema, {}) }),
    output: gives<{ readonly run: RunId; readonly count: number }>(),
    writes: false,
  },
  'review.decided': {
    input: v.object({ decision: DecisionSchema, ...Page }),
    output: gives<readonly Proposal[]>(),
    writes: false,
  },
  'review.counts': { input: none, output: gives<readonly ProposalCount[]>(), writes: false },
  'review.decide': {
    input: v.object({
      verdicts: listOf(v.object({ text: TextIdSchema, verdict: VerdictSchema })),
    }),
    output: gives<Labelled>(),
    writes: true,
  },

  'audit.create': {
    input: v.object({
      filter: v.optional(ProposalFilterSchema, {}),
      threshold: v.optional(v.number(), audit.threshold),
      size: v.optional(v.picklist(audit.sizes), 120),
    }),
    output: gives<Audit>(),
    writes: true,
  },
  'audit.list': { input: none, output: gives<readonly Audit[]>(), writes: false },
  'audit.items': {
    input: v.object({ audit: AuditIdSchema }),
    output: gives<readonly AuditItem[]>(),
    writes: false,
  },
  /** How many proposals of the audited set still wait for a decision. */
  'audit.left': {
    input: v.object({ audit: AuditIdSchema }),
    output: gives<number>(),
    writes: false,
  },
  'audit.answer': {
    input: v.object({
      audit: AuditIdSchema,
      answers: listOf(v.object({ text: TextIdSchema, answer: AnswerSchema })),
    }),
    output: gives<Audit>(),
    writes: true,
  },
  'audit.accept': {
    input: v.object({ audit: AuditIdSchema }),
    output: gives<Accepted>(),
    writes: true,
  },
  'audit.abandon': {
    input: v.object({ audit: AuditIdSchema }),
    output: gives<Audit>(),
    writes: true,
  },

  'rounds.list': { input: none, output: gives<RoundsReport>(), writes: false },
  'rounds.get': {
    input: v.object({ round: Positive }),
    output: gives<RoundReport>(),
    writes: false,
  },
  'rounds.compare': {
    input: v.object({ before: Positive, after: Positive }),
    output: gives<RoundComparison | null>(),
    writes: false,
  },
  'rounds.flips': {
    input: v.object({
      before: Positive,
      after: Positive,
      /** Held-out texts that became wrong, or right, or all the others. */
      kind: v.optional(v.picklist(['broken', 'fixed', 'other'])),
      afterText: v.optional(Count, 0),
      limit: Limit,
    }),
    output: gives<readonly Flip[]>(),
    writes: false,
  },
  'rounds.keep': {
    input: v.object({ round: Positive }),
    output: gives<RoundsReport>(),
    writes: true,
  },
  /** Gives up a round's weights and frees their space. Its record stays. */
  'rounds.discard': {
    input: v.object({ round: Positive }),
    output: gives<{ readonly freed: number }>(),
    writes: true,
  },

  'export.start': {
    input: v.object({
      folder: Path,
      round: v.optional(Positive),
      temperature: v.optional(v.pipe(v.number(), v.gtValue(0)), 1),
      threads: Threads,
    }),
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
      threads: Threads,
    }),
    output: startsJob,
    writes: false,
  },
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
      checkpointEvery: v.optional(Positive, 200),
      evaluateEvery: v.optional(Positive, 500),
    }),
    output: startsJob,
    writes: false,
  },

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
    input: v.object({ job: v.optional(JobIdSchema), kind: v.optional(WorkKindSchema) }),
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
