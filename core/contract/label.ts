import * as v from 'valibot'
import { MarkSchema, SeedSchema, TextIdSchema } from '../project.ts'
import type {
  HeldOutDraw,
  JournalEntry,
  LabelSummary,
  LabelTrail,
  ModelView,
  StoredText,
  TrailEntry,
} from '../records.ts'
import { gives, none, Positive, Limit, listOf } from './schemas.ts'

export interface Labelled {
  /** Null when nothing changed. */
  readonly entry: JournalEntry | null
  readonly labels: LabelSummary
}

export interface LabelledFromColumn extends Labelled {
  /** How many texts each class got. */
  readonly perClass: Readonly<Record<string, number>>
  /** Values of the column that are no class, with how many texts have them. */
  readonly unmatched: Readonly<Record<string, number>>
}

/** Labels, their order and their journal. */
export const labelCalls = {
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
} as const
