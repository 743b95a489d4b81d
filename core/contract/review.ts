import * as v from 'valibot'
import { ProposalRuleSchema } from '../job.ts'
import {
  AnswerSchema,
  AuditIdSchema,
  DecisionSchema,
  ProposalFilterSchema,
  TextIdSchema,
  audit,
  type RunId,
} from '../project.ts'
import type { Audit, AuditItem, Proposal, ProposalCount } from '../records.ts'
import { gives, none, Positive, Device, Threads, listOf, Page, startsJob } from './schemas.ts'
import type { Labelled } from './label.ts'

export const VerdictSchema = v.variant('kind', [
  v.object({ kind: v.literal('approve') }),
  v.object({ kind: v.literal('reject') }),
  v.object({ kind: v.literal('correct'), answer: AnswerSchema }),
  v.object({ kind: v.literal('reopen') }),
])
export type Verdict = v.InferOutput<typeof VerdictSchema>

export interface Accepted extends Labelled {
  /** Open proposals of the audited set whose class has left the task: they were not accepted. */
  readonly leftOut: number
}

/** Proposals and the audits over them. */
export const reviewCalls = {
  'review.propose': {
    input: v.object({
      rule: v.optional(ProposalRuleSchema, { share: 0.1, minimum: 20, unanimous: true }),
      /** Scores a random part of the pool only. */
      limit: v.optional(Positive),
      threads: Threads,
      device: Device,
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
} as const
