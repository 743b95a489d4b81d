import * as v from 'valibot'
import {
  ImportPlanSchema,
  PreviewChoiceSchema,
  type FilePreview,
  type RowRejection,
} from '../import-plan.ts'
import { ImportIdSchema, TextIdSchema, type TextId } from '../project.ts'
import type { ImportReport, Proposal, StoredText } from '../records.ts'
import { gives, none, Count, Path, Limit, listOf, Page, startsJob } from './schemas.ts'

/** The most texts that `data.rows` gives at once. */
export const rowsAtOnce = 500

/** Narrows the texts of the project. Every field that is given must hold. */
const textFilter = {
  query: v.optional(v.string()),
  label: v.optional(v.picklist(['any', 'none', 'unlabelled'])),
  class: v.optional(v.string()),
  scope: v.optional(v.picklist(['heldout', 'pool'])),
}

/** The texts of the project. */
export const dataCalls = {
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
} as const
