import type { DeviceName } from './devices.ts'
import type { ErrorRecord } from './errors.ts'
import type { Int8Verdict } from './int8.ts'
import type { ImportPlan, RowRejection } from './import-plan.ts'
import type {
  Environment,
  ExportResult,
  Int8Result,
  ModelFacts,
  Prediction,
  Recipe,
  StepRecord,
  TextScore,
} from './job.ts'
import type {
  Answer,
  AuditId,
  Decider,
  Decision,
  EntryId,
  ImportId,
  JobId,
  JobState,
  Mark,
  ModelId,
  Origin,
  Proportion,
  ProposalFilter,
  ProposalId,
  RunId,
  TextId,
  WorkKind,
} from './project.ts'
import type { Task } from './task.ts'

/** What the store keeps, as everyone outside it sees it. */

export interface StoredText {
  readonly id: TextId
  readonly originalId: string | null
  readonly a: string
  readonly b: string | null
  readonly importId: ImportId
  readonly line: number
  readonly heldOut: boolean
  readonly label: Answer | null
  readonly origin: Origin | null
}

export interface ImportReport {
  readonly id: ImportId
  readonly source: string
  /** How the file was read. */
  readonly plan: ImportPlan
  readonly state: 'running' | 'done' | 'stopped'
  readonly added: number
  /** Rows that an earlier import had already brought. */
  readonly repeated: number
  readonly rejected: number
  readonly startedAt: number
  readonly finishedAt: number | null
}

/** One state of the task. Versions are never changed, so that a run keeps the one it used. */
export interface TaskVersion {
  readonly version: number
  readonly task: Task
  readonly guideline: string
}

/**
 * What the user did, in order. One action, of one text or of ten thousand, is one entry, and every
 * entry can be taken back and done again, in order, also after a restart.
 */
export interface JournalEntry {
  readonly id: EntryId
  readonly action: Action
  readonly state: 'done' | 'undone' | 'dropped'
  readonly at: number
  /** How many labels, decisions and audit answers it changed. */
  readonly changes: number
}

/** An entry with the first text that it is about. */
export interface TrailEntry extends JournalEntry {
  readonly text: StoredText
  /** What that text was marked with; null when the entry decided a proposal and labelled nothing. */
  readonly mark: Mark | null
}

/** What can be undone, the newest first, as far as it was asked for. */
export interface LabelTrail {
  readonly entries: readonly TrailEntry[]
  /** All entries that can be undone, and all that can be done again. */
  readonly undoable: number
  readonly redoable: number
}

/** What the round in use says of one text. */
export interface ModelView {
  readonly round: number
  /** The likeliest class first. */
  readonly classes: readonly { readonly class: string; readonly probability: number }[]
  /** The share of word groups that choose the first class by themselves. */
  readonly agreement: number
}

export type Action =
  'label' | 'clear' | 'approve' | 'reject' | 'correct' | 'reopen' | 'review' | 'audit' | 'accept'

export interface ClassCount {
  /** Null counts "none of these". */
  readonly class: string | null
  readonly train: number
  readonly heldOut: number
}

export interface HeldOutDraw {
  readonly seed: number
  readonly size: number
  /** How many texts the project had when the sample was drawn. */
  readonly ofTexts: number
  readonly drawnAt: number
}

export interface Run {
  readonly id: RunId
  readonly parent: RunId | null
  readonly job: JobId
  readonly taskVersion: number
  readonly base: ModelId
  readonly recipe: Partial<Recipe>
  readonly seed: number
  readonly threads: number
  readonly createdAt: number
  readonly result: RunResult | null
}

export interface RunResult {
  readonly model: ModelId
  readonly steps: number
  readonly finalLoss: number
  readonly recipe: Recipe
  readonly environment: Environment
  readonly milliseconds: number
  readonly finishedAt: number
}

export interface RunTexts {
  readonly gold: number
  readonly accepted: number
  readonly rejected: number
}

/** A run in the list of runs: what it is made of, how its job stands and what came of it. */
export interface RunReport extends Run {
  /** SHA-256 of the weights that it began from. */
  readonly baseSha256: string
  readonly state: JobState
  readonly error: ErrorRecord | null
  readonly device: DeviceName
  /** The step from which it can be taken up again; null without a checkpoint. */
  readonly checkpoint: number | null
  readonly texts: RunTexts
  /** Null until the run has ended well. */
  readonly round: number | null
  /** Held-out texts that have a label by now. */
  readonly heldOut: number
  readonly accuracy: Proportion | null
  /** The one class into which the run puts every held-out text; null unless it has collapsed. */
  readonly collapsedTo: string | null
}

/** A model that runs can begin from. */
export interface BaseModel {
  readonly name: string
  /** Whether it came with the program. */
  readonly isIncluded: boolean
  readonly folder: string
  /** As its configuration calls it: `bert` or `albert`. */
  readonly architecture: string
  readonly layers: number
  readonly hiddenSize: number
  readonly vocabSize: number
  readonly parameters: number
  /** Of its weights. */
  readonly bytes: number
  readonly sha256: string
}

/** What a run that is started now would be made of. */
export interface RunPlan {
  /** The name of its base model; null for one that is none of those at hand. */
  readonly base: string | null
  /** Null where no task says what is to be learnt. */
  readonly recipe: Recipe | null
  readonly seed: number
  readonly threads: number
  readonly texts: RunTexts
  /** What keeps it from starting. */
  readonly obstacles: readonly ErrorRecord[]
}

/** A text that two runs put into different classes. */
export interface Flip {
  readonly text: TextId
  readonly a: string
  readonly b: string | null
  readonly from: string
  readonly to: string
  /** What a person says of it by now. */
  readonly label: Answer | null
  readonly heldOut: boolean
}

export interface GroupSays {
  readonly name: string
  /** Log probability that the group gives to its word of the proposed class. */
  readonly logProbability: number
  /** Whether the group would choose this class by itself. */
  readonly agrees: boolean
}

export interface Proposal {
  readonly id: ProposalId
  readonly run: RunId
  readonly text: TextId
  readonly a: string
  readonly b: string | null
  readonly class: string
  /** Prior-corrected probability of the class; it stays after the decision. */
  readonly score: number
  readonly margin: number
  /** The share of word groups that choose the class by themselves, after prior correction. */
  readonly agreement: number
  readonly decision: Decision
  readonly decidedBy: Decider | null
  /** What a person said of the text, if anything. */
  readonly label: Answer | null
  readonly groups: readonly GroupSays[]
}

export interface ProposalCount {
  readonly class: string
  readonly decision: Decision
  readonly decidedBy: Decider | null
  readonly count: number
}

/** `failed` also when it was given up: stopping early is no way around a failure. */
export type AuditState = 'open' | 'passed' | 'failed'

export interface Audit {
  readonly id: AuditId
  readonly run: RunId
  readonly filter: ProposalFilter
  readonly threshold: number
  /** Fixed before the first answer. */
  readonly n: number
  /** How many proposals the filter held when the sample was drawn. */
  readonly population: number
  readonly answered: number
  readonly state: AuditState
  /** Precision so far; exact, with no interval, when the whole filter is audited. */
  readonly precision: Proportion
}

export interface AuditItem {
  readonly proposal: ProposalId
  readonly text: TextId
  readonly a: string
  readonly b: string | null
  readonly class: string
  readonly answer: 'right' | 'wrong' | null
}

/** Why a round came into use: the only one, the better one on held-out texts, or chosen by hand. */
export type KeepReason = 'first' | 'best' | 'unmeasured' | 'chosen'

export interface Round {
  readonly number: number
  readonly run: RunId
  /** The round that was in use when this one was trained. */
  readonly previous: number | null
  readonly finishedAt: number
  readonly inUse: boolean
  /** Given up: it can no longer be put into use. */
  readonly isDiscarded: boolean
}

export interface KeepEvent {
  readonly round: number
  readonly reason: KeepReason
  readonly at: number
}

export interface Job {
  readonly id: JobId
  readonly kind: WorkKind
  readonly input: unknown
  readonly state: JobState
  readonly createdAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly result: unknown
  readonly error: ErrorRecord | null
  /** Number of its latest line of progress, 0 before the first. */
  readonly lastSeq: number
}

/** One line of a job's progress; `seq` rises by one, so that a reader can go on where it was. */
export interface JobEvent extends StepRecord {
  readonly seq: number
  readonly at: number
}

export interface Storage {
  /** Bytes that the models would take one by one. */
  readonly apart: number
  /** Bytes that they take, with shared tensors stored once. */
  readonly shared: number
}

export interface ProjectInfo {
  /** Which opening of a project this is, counted since the program started. */
  readonly opening: number
  readonly path: string
  readonly name: string
  readonly seed: number
  readonly isReadOnly: boolean
  /** The copy that was made when an older project was brought up to date just now. */
  readonly backup: string | null
  readonly texts: number
  readonly task: TaskVersion | null
  readonly labels: LabelSummary
  /** How many trainings were started. */
  readonly runs: number
  readonly roundInUse: number | null
  /** What was cut off by the end of the program, and has not been taken up again. */
  readonly interrupted: WorkKind | null
}

export interface LabelSummary {
  readonly classes: readonly ClassCount[]
  readonly heldOut: HeldOutDraw | null
  readonly heldOutLabelled: number
  /** Texts that are kept out of training because they say the same as a held-out one. */
  readonly heldOutNeighbours: number
}

/** A figure on the labelled held-out texts with its 95 % interval. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** Two rounds on the same held-out texts, by paired bootstrap. */
export interface RoundComparison extends ModelComparison {
  readonly before: number
  readonly after: number
}

/** Two models on the same held-out texts: the second one's figures less the first one's. */
export interface ModelComparison {
  readonly n: number
  readonly accuracy: Estimate
  readonly macroF1: Estimate
  /** Texts that became right and that became wrong. */
  readonly fixed: number
  readonly broken: number
  readonly verdict: 'helped' | 'did not help' | 'no difference seen'
}

export interface RoundReport extends Round {
  readonly seed: number
  readonly texts: RunTexts
  readonly finalLoss: number
  readonly milliseconds: number
  /** Held-out texts that have a label by now. */
  readonly heldOut: number
  /** Null while too few held-out texts are labelled. */
  readonly accuracy: Proportion | null
  readonly macroF1: Estimate | null
  /** Against the round that was in use before; null without one or without figures. */
  readonly comparison: RoundComparison | null
  readonly proposals: readonly ProposalCount[]
  readonly scored: readonly { readonly class: string; readonly count: number }[]
}

export interface RoundsReport {
  readonly rounds: readonly RoundReport[]
  readonly inUse: number | null
  /** The round with the highest held-out accuracy; the earlier one of equals. */
  readonly best: number | null
  /** How many rounds were compared to find it. */
  readonly compared: number
  readonly history: readonly KeepEvent[]
  readonly storage: Storage
}

/** What a train job ends with. */
export interface TrainOutcome {
  readonly run: RunId
  readonly round: number
  readonly inUse: number
  readonly finalLoss: number
  readonly sha256: string
  readonly comparison: RoundComparison | null
}

/** What a propose job ends with. */
export interface ProposeOutcome {
  readonly run: RunId
  readonly pool: number
  readonly proposed: number
  /** Left out because a person had rejected that class for that text, or it has a proposal already. */
  readonly barred: number
}

/** The model that answered a question. */
export interface AssistModel extends ModelFacts {
  /**
   * The base model that comes with the program, the one that was chosen for the next run or that the last
   * run began with, or a round.
   */
  readonly source: 'default' | 'chosen' | 'lastRun' | 'round'
  readonly round: number | null
}

/** What a model says of a few texts, in their order; by classes and groups in the order named here. */
export interface AssistScores {
  readonly model: AssistModel
  /** Ids of the classes. */
  readonly classes: readonly string[]
  readonly groups: readonly string[]
  readonly texts: readonly TextScore[]
}

/** What an export job ends with. */
export interface ExportOutcome extends ExportResult {
  readonly folder: string
  readonly round: number
  /** What the int8 model was measured at; null without one. */
  readonly int8: Int8Report | null
}

/** What an int8 model of a round costs, and whether it may leave; what such a job ends with. */
export interface Int8Report extends Pick<Int8Result, 'bytes' | 'milliseconds' | 'shift'> {
  readonly round: number
  readonly temperature: number
  /** Texts of the pool with the same class. */
  readonly same: Proportion
  readonly verdict: Int8Verdict
  /** int8 less float32 on the labelled held-out texts; null while too few are labelled. */
  readonly heldOut: ModelComparison | null
}

/** One file of an exported folder; its path is relative to the folder. */
export interface ExportedFile {
  readonly path: string
  readonly bytes: number
  /** As SHA256SUMS lists it; null for the list itself. */
  readonly sha256: string | null
}

/** What a predict job ends with. */
export interface PredictOutcome {
  readonly predicted: number
  /** The answers, for texts given one by one. */
  readonly rows: readonly Omit<Prediction, 'id'>[]
  /** The file of answers, for texts from a file. */
  readonly out: string | null
  /** Rows of the file that hold no text to answer: they are not in the file of answers. */
  readonly rejected: number
  /** The first of them. */
  readonly rejectedRows: readonly RowRejection[]
}

/** One line of `doctor`. */
export interface Finding {
  readonly about: string
  readonly isGood: boolean
  readonly detail: string
}

/** What the program runs in. */
export interface ShellInfo {
  readonly kind: 'terminal' | 'browser' | 'electron'
  readonly platform: string
  readonly version: string
  /** Where lists of files begin. */
  readonly home: string
  /** Whether the system's own file dialogs can be asked. */
  readonly hasDialogs: boolean
  readonly cores: number
  /** Bytes of memory, all and free. */
  readonly memory: { readonly total: number; readonly free: number }
}

export interface FolderListing {
  readonly folder: string
  /** Null at the root that the shell allows. */
  readonly parent: string | null
  readonly entries: readonly FolderEntry[]
}

export interface FolderEntry {
  readonly name: string
  readonly path: string
  readonly isFolder: boolean
  readonly bytes: number
  readonly modifiedAt: number
}

/** A project on the list of Home, with what it looked like when it was last closed. */
export interface RecentProject {
  readonly path: string
  readonly name: string
  readonly openedAt: number
  readonly isThere: boolean
  readonly texts: number
  /** Training labels of which each class has no more than its sixteen. */
  readonly labels: number
  /** Those beyond. */
  readonly surplus: number
  readonly classes: number
  readonly round: number | null
  /** Held-out accuracy of the round in use. */
  readonly accuracy: Proportion | null
}
