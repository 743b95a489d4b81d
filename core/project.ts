import * as v from 'valibot'

/**
 * The words of the project that the contract and the store share. Ids are branded, so that the id of
 * a text cannot be passed where that of a proposal is meant.
 */

const Id = v.pipe(v.number(), v.integer(), v.minValue(1))

export const TextIdSchema = v.pipe(Id, v.brand('TextId'))
export const ImportIdSchema = v.pipe(Id, v.brand('ImportId'))
export const EntryIdSchema = v.pipe(Id, v.brand('EntryId'))
export const RunIdSchema = v.pipe(Id, v.brand('RunId'))
export const ModelIdSchema = v.pipe(Id, v.brand('ModelId'))
export const JobIdSchema = v.pipe(Id, v.brand('JobId'))
export const ProposalIdSchema = v.pipe(Id, v.brand('ProposalId'))
export const AuditIdSchema = v.pipe(Id, v.brand('AuditId'))

export type TextId = v.InferOutput<typeof TextIdSchema>
export type ImportId = v.InferOutput<typeof ImportIdSchema>
export type EntryId = v.InferOutput<typeof EntryIdSchema>
export type RunId = v.InferOutput<typeof RunIdSchema>
export type ModelId = v.InferOutput<typeof ModelIdSchema>
export type JobId = v.InferOutput<typeof JobIdSchema>
export type ProposalId = v.InferOutput<typeof ProposalIdSchema>
export type AuditId = v.InferOutput<typeof AuditIdSchema>

export const SeedSchema = v.pipe(v.number(), v.integer(), v.minValue(0))
const Share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))

/** What a person says of a text: a class, or that none of the classes fits (decision 18). */
export const AnswerSchema = v.variant('state', [
  v.object({ state: v.literal('class'), class: v.string() }),
  v.object({ state: v.literal('none') }),
])
export type Answer = v.InferOutput<typeof AnswerSchema>

/** An answer, or taking it back. */
export const MarkSchema = v.variant('state', [
  ...AnswerSchema.options,
  v.object({ state: v.literal('cleared') }),
])
export type Mark = v.InferOutput<typeof MarkSchema>

/** Where a label comes from. All of them are answers of a person; bulk acceptance makes no label. */
export const OriginSchema = v.picklist([
  'human',
  'file',
  'column',
  'approved',
  'corrected',
  'audited',
])
export type Origin = v.InferOutput<typeof OriginSchema>

export const DecisionSchema = v.picklist(['pending', 'approved', 'rejected', 'corrected'])
export type Decision = v.InferOutput<typeof DecisionSchema>

export const DeciderSchema = v.picklist(['human', 'bulk'])
export type Decider = v.InferOutput<typeof DeciderSchema>

/** Narrows the proposals of one run. Every field that is given must hold. */
export const ProposalFilterSchema = v.object({
  class: v.optional(v.string()),
  minimumScore: v.optional(Share),
  minimumMargin: v.optional(Share),
  minimumAgreement: v.optional(Share),
})
export type ProposalFilter = v.InferOutput<typeof ProposalFilterSchema>

/** How a held-out or a sampled figure is shown: a proportion and its 95 % interval. */
export const ProportionSchema = v.object({
  successes: v.number(),
  n: v.number(),
  value: v.number(),
  low: v.number(),
  high: v.number(),
})
export type Proportion = v.InferOutput<typeof ProportionSchema>

export const JobStateSchema = v.picklist([
  'queued',
  'running',
  'done',
  'failed',
  'cancelled',
  'interrupted',
])
export type JobState = v.InferOutput<typeof JobStateSchema>

/** Work that takes time. One kind of job may ask the compute process for several things in a row. */
export const WorkKindSchema = v.picklist([
  'import',
  'train',
  'propose',
  'export',
  'int8',
  'predict',
  'evaluate',
  'pretrain',
])
export type WorkKind = v.InferOutput<typeof WorkKindSchema>

/** How much of a round's training comes from proposals, beside labels with weight 1. */
export const PseudoSettingsSchema = v.object({
  /** What a proposal that was accepted in bulk asks of the model: its class, or the whole score. */
  target: v.optional(v.picklist(['soft', 'hard']), 'soft'),
  acceptedWeight: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 0.5),
  rejectedWeight: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 0.3),
})
export type PseudoSettings = v.InferOutput<typeof PseudoSettingsSchema>

/** Defaults of decision 15 and 17, and the smallest values that are accepted. */
export const heldOutTarget = 120
export const heldOutShownFrom = 50
export const audit = { threshold: 0.9, floor: 0.7, sizes: [60, 120, 200] } as const
