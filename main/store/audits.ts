import { fail } from '../../core/errors.ts'
import {
  audit as limits,
  type Answer,
  type AuditId,
  type Proportion,
  type ProposalFilter,
  type ProposalId,
  type RunId,
  type TextId,
} from '../../core/project.ts'
import { Stream } from '../../core/random.ts'
import { wilson } from '../../core/statistics.ts'
import type { Audit, AuditItem, AuditState, JournalEntry } from '../../core/records.ts'
import { replayAnswers, writeAnswer } from './audit-answers.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { acceptMembers, proposalRow, writeVerdict } from './decisions.ts'
import { record } from './journal.ts'
import { lineage } from './lineage.ts'
import { onceEach } from './once.ts'
import { openProposalIds } from './proposals.ts'
import { roundInUse } from './rounds.ts'
import { all, first, only, run, runOne, sql } from './sql.ts'

export interface NewAudit {
  readonly run: RunId
  readonly filter: ProposalFilter
  readonly threshold: number
  readonly size: 60 | 120 | 200
}

/**
 * Draws the sample of an audit (decision 17): `size` of the open proposals that the filter leaves, or
 * all of them when there are fewer.
 *
 * Errors: `audit.threshold`, `audit.open`, `audit.empty`, `audit.locked` (a filter that failed can be
 * audited again only after it is narrowed, or in a new run).
 */
export function createAudit(db: WritableDb, options: NewAudit): Audit {
  const { threshold } = options
  if (threshold < limits.floor || threshold > 1) {
    fail('audit.threshold', { threshold, floor: limits.floor })
  }
  return transaction(db, () => {
    refuseSecond(db, options.run)
    const members = openProposalIds(db, options.run, options.filter)
    if (members.length === 0) fail('audit.empty', {})
    refuseFailed(db, options.run, new Set(members))
    const n = Math.min(options.size, members.length)
    const id = run(
      db,
      sql`INSERT INTO audit (run_id, filter, threshold, n, population, created_at)
          VALUES (${options.run}, ${JSON.stringify(options.filter)}, ${threshold}, ${n},
                  ${members.length}, ${Date.now()})`,
    ).id as AuditId
    insertMembers(db, id, members, n)
    return auditById(db, id)
  })
}

/** Error: `audit.unknown`. */
export function auditById(db: ReadableDb, id: AuditId): Audit {
  const row = first<AuditRow>(db, sql`${selectAudit} WHERE audit.id = ${id}`)
  return row ? fromRow(row) : fail('audit.unknown', { audit: id })
}

/** All audits of a run, in order. */
export function auditsOf(db: ReadableDb, runId: RunId): Audit[] {
  return all<AuditRow>(db, sql`${selectAudit} WHERE run_id = ${runId} ORDER BY audit.id`).map(
    fromRow,
  )
}

/** The sample in the order in which it was drawn. */
export function auditItems(db: ReadableDb, id: AuditId): AuditItem[] {
  return all(
    db,
    sql`SELECT proposal_id AS proposal, text_id AS text, a, b, class_id AS class, answer
        FROM audit_member JOIN proposal ON proposal.id = proposal_id JOIN text ON text.id = text_id
        WHERE audit_id = ${id} AND position IS NOT NULL ORDER BY position`,
  )
}

/** How many proposals of an audited set still wait for a decision. Error: `audit.unknown`. */
export function countAuditLeft(db: ReadableDb, id: AuditId): number {
  void auditById(db, id)
  return only<{ n: number }>(
    db,
    sql`SELECT count(*) AS n FROM audit_member JOIN proposal ON proposal.id = proposal_id
        WHERE audit_id = ${id} AND decision = 'pending'
          AND NOT EXISTS (SELECT 1 FROM label WHERE label.text_id = proposal.text_id)`,
  ).n
}

/**
 * Answers texts of the sample, as one entry of the journal. The texts become gold labels.
 * Errors: `audit.unknown`, `audit.closed`, `audit.notInSample`, `text.contradiction`.
 */
export function answerAudit(
  db: WritableDb,
  id: AuditId,
  answers: readonly { text: TextId; answer: Answer }[],
): JournalEntry | null {
  return record(db, 'audit', (entry) => {
    const { state } = auditById(db, id)
    if (state !== 'open') fail('audit.closed', { audit: id, state })
    let changed = 0
    for (const { text, answer } of onceEach(answers, (a) => a.answer)) {
      const proposal = proposalRow(db, sampled(db, id, text))
      const isDecided = writeVerdict(db, entry, proposal, { kind: 'correct', answer }, 'audited')
      const right = answer.state === 'class' && answer.class === proposal.class_id
      const isAnswered = writeAnswer(db, entry, id, proposal.id, right ? 'right' : 'wrong')
      if (isDecided || isAnswered) changed++
    }
    replayAnswers(db, entry)
    return changed
  })
}

/**
 * Accepts everything that is still open in an audited set.
 * Errors: `audit.notPassed`, `audit.leftOut` (its round is not among those that are learnt from).
 */
export function acceptAudited(db: WritableDb, id: AuditId): JournalEntry | null {
  const { run: runId, state } = auditById(db, id)
  if (state !== 'passed') fail('audit.notPassed', { audit: id, state })
  refuseLeftOut(db, id, runId)
  return acceptMembers(db, id)
}

/** Gives an open audit up. It then counts as failed. Error: `audit.closed`. */
export function abandonAudit(db: WritableDb, id: AuditId): Audit {
  return transaction(db, () => {
    const { state } = auditById(db, id)
    if (state !== 'open') fail('audit.closed', { audit: id, state })
    runOne(db, sql`UPDATE audit SET abandoned_at = ${Date.now()} WHERE id = ${id}`)
    return auditById(db, id)
  })
}

function refuseLeftOut(db: ReadableDb, audit: AuditId, runId: RunId): void {
  const inUse = roundInUse(db)?.run ?? null
  const { round } = only<{ round: number | null }>(
    db,
    sql`SELECT (SELECT number FROM round WHERE run_id = ${runId} AND run_id NOT IN ${lineage(inUse)})
        AS round`,
  )
  if (round !== null) fail('audit.leftOut', { audit, round })
}

function refuseSecond(db: ReadableDb, runId: RunId): void {
  const open = auditsOf(db, runId).find((audit) => audit.state === 'open')
  if (open) fail('audit.open', { audit: open.id, left: open.n - open.answered })
}

function refuseFailed(db: ReadableDb, runId: RunId, members: ReadonlySet<ProposalId>): void {
  for (const { id, state } of auditsOf(db, runId)) {
    if (state !== 'failed') continue
    const left = all<{ id: ProposalId }>(
      db,
      sql`SELECT proposal.id FROM audit_member JOIN proposal ON proposal.id = audit_member.proposal_id
          LEFT JOIN label ON label.text_id = proposal.text_id
          WHERE audit_id = ${id} AND decision = 'pending' AND label.text_id IS NULL`,
    )
    if (left.length > 0 && left.every((row) => members.has(row.id)))
      fail('audit.locked', { audit: id })
  }
}

/**
 * Two statements, however many members: one for each would hold up everything else. The drawn ones come
 * first, and are passed over among the others.
 */
function insertMembers(
  db: WritableDb,
  id: AuditId,
  members: readonly ProposalId[],
  n: number,
): void {
  const { seed } = only<{ seed: number }>(db, sql`SELECT seed FROM project`)
  const drawn = new Stream(seed, 'audit', id).sample(members, n)
  run(
    db,
    sql`INSERT INTO audit_member (audit_id, proposal_id, position)
        SELECT ${id}, value, key FROM json_each(${JSON.stringify(drawn)})`,
  )
  run(
    db,
    sql`INSERT OR IGNORE INTO audit_member (audit_id, proposal_id)
        SELECT ${id}, value FROM json_each(${JSON.stringify(members)})`,
  )
}

function sampled(db: ReadableDb, id: AuditId, text: TextId): ProposalId {
  const row = first<{ id: ProposalId }>(
    db,
    sql`SELECT proposal.id FROM audit_member JOIN proposal ON proposal.id = audit_member.proposal_id
        WHERE audit_id = ${id} AND text_id = ${text} AND position IS NOT NULL`,
  )
  return row?.id ?? fail('audit.notInSample', { audit: id, text })
}

interface AuditRow {
  id: AuditId
  run_id: RunId
  filter: string
  threshold: number
  n: number
  population: number
  abandoned_at: number | null
  answered: number
  right: number
}

const selectAudit = sql`
  SELECT id, run_id, filter, threshold, n, population, abandoned_at,
         (SELECT count(answer) FROM audit_member
          WHERE audit_id = audit.id AND position IS NOT NULL) AS answered,
         (SELECT count(*) FROM audit_member
          WHERE audit_id = audit.id AND position IS NOT NULL AND answer = 'right') AS right
  FROM audit`

function fromRow(row: AuditRow): Audit {
  const precision = precisionOf(row)
  return {
    id: row.id,
    run: row.run_id,
    filter: JSON.parse(row.filter) as ProposalFilter,
    threshold: row.threshold,
    n: row.n,
    population: row.population,
    answered: row.answered,
    state: stateOf(row, precision),
    precision,
  }
}

/** Exact when every text of the filter was audited, else with its Wilson interval. */
function precisionOf({ right, answered, n, population }: AuditRow): Proportion {
  const value = answered === 0 ? 0 : right / answered
  const isExact = answered === n && n === population
  const { low, high } = isExact ? { low: value, high: value } : wilson(right, answered)
  return { successes: right, n: answered, value, low, high }
}

function stateOf(row: AuditRow, precision: Proportion): AuditState {
  if (row.abandoned_at !== null) return 'failed'
  if (row.answered < row.n) return 'open'
  return precision.low >= row.threshold ? 'passed' : 'failed'
}
