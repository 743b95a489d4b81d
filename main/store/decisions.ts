import { fail } from '../../core/errors.ts'
import type {
  Answer,
  AuditId,
  Decider,
  Decision,
  EntryId,
  ProposalId,
  TextId,
} from '../../core/project.ts'
import type { Action, JournalEntry } from '../../core/records.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { replayDecisions } from './decision-changes.ts'
import { record } from './journal.ts'
import { onceEach } from './once.ts'
import { labelOf, writeLabels, type LabelEdit } from './labels.ts'
import { first, only, run, runOne, sql, type Sql } from './sql.ts'

/** What a reviewer says of one proposal. `reopen` puts it back into the queue. */
export type Verdict =
  | { readonly kind: 'approve' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'correct'; readonly answer: Answer }
  | { readonly kind: 'reopen' }

/**
 * Decides proposals one by one, as one entry of the journal. An approved or corrected proposal
 * becomes a label of the text, a rejected one says "not this class". A decision may be changed later.
 * Errors: `review.unknownProposal`, `review.inAudit`, `task.unknownClass`, `text.contradiction`.
 */
export function decide(
  db: WritableDb,
  verdicts: readonly { proposal: ProposalId; verdict: Verdict }[],
): JournalEntry | null {
  const kinds = new Set(verdicts.map((v) => v.verdict.kind))
  const action: Action = kinds.size === 1 ? [...kinds][0]! : 'review'
  return record(db, action, (entry) => {
    const about = verdicts.map(({ proposal, verdict }) => {
      const row = proposalRow(db, proposal)
      return { text: row.text_id, row, verdict }
    })
    let changed = 0
    for (const { row, verdict } of onceEach(about, (a) => [a.row.id, a.verdict])) {
      refuseSampled(db, row)
      if (writeVerdict(db, entry, row, verdict)) changed++
    }
    return changed
  })
}

/** The part of an entry that decides one proposal and labels its text. Returns whether it changed. */
export function writeVerdict(
  db: WritableDb,
  entry: EntryId,
  proposal: ProposalRow,
  verdict: Verdict,
  origin?: 'audited',
): boolean {
  const decision = decisionOf(proposal, verdict)
  const edits = labelEdits(db, proposal, verdict)
  const relabelled = writeLabels(db, entry, origin ? edits.map((e) => ({ ...e, origin })) : edits)
  const decidedBy = decision === 'pending' ? null : 'human'
  if (proposal.decision === decision && proposal.decided_by === decidedBy) return relabelled > 0
  const change = run(
    db,
    sql`INSERT INTO decision_change (entry_id, proposal_id, decision, decided_by, previous_id)
        VALUES (${entry}, ${proposal.id}, ${decision}, ${decidedBy}, ${proposal.change_id})`,
  ).id
  runOne(
    db,
    sql`UPDATE proposal SET decision = ${decision}, decided_by = ${decidedBy}, change_id = ${change}
        WHERE id = ${proposal.id}`,
  )
  return true
}

/**
 * Accepts the open proposals of an audited set, as one entry. No label is made: see `runs.ts`.
 * Those of a class that has left the task stay open, and so do those that the audit itself found
 * wrong, if somebody has taken that answer back since.
 */
export function acceptMembers(db: WritableDb, audit: AuditId): JournalEntry | null {
  return record(db, 'accept', (entry) => {
    const { changes } = run(
      db,
      sql`INSERT INTO decision_change (entry_id, proposal_id, decision, decided_by, previous_id)
          SELECT ${entry}, proposal.id, 'approved', 'bulk', proposal.change_id
          ${openMembers(audit)} AND answer IS NOT 'wrong' AND proposal.class_id IN ${currentClasses}`,
    )
    replayDecisions(db, entry)
    return changes
  })
}

/** How many open proposals of an audited set are of a class that has left the task. */
export function countOutdated(db: ReadableDb, audit: AuditId): number {
  return only<{ n: number }>(
    db,
    sql`SELECT count(*) AS n ${openMembers(audit)} AND proposal.class_id NOT IN ${currentClasses}`,
  ).n
}

const currentClasses = sql`
  (SELECT class_id FROM task_class WHERE version = (SELECT max(id) FROM task_version))`

function openMembers(audit: AuditId): Sql {
  return sql`
    FROM audit_member JOIN proposal ON proposal.id = audit_member.proposal_id
    WHERE audit_member.audit_id = ${audit} AND proposal.decision = 'pending'
      AND NOT EXISTS (SELECT 1 FROM label WHERE label.text_id = proposal.text_id)`
}

export interface ProposalRow {
  readonly id: ProposalId
  readonly text_id: TextId
  readonly class_id: string
  readonly decision: Decision
  readonly decided_by: Decider | null
  readonly change_id: number | null
}

/** Error: `review.unknownProposal`. */
export function proposalRow(db: ReadableDb, id: ProposalId): ProposalRow {
  return (
    first<ProposalRow>(
      db,
      sql`SELECT id, text_id, class_id, decision, decided_by, change_id
          FROM proposal WHERE id = ${id}`,
    ) ?? fail('review.unknownProposal', { ids: [id] })
  )
}

function refuseSampled(db: ReadableDb, proposal: ProposalRow): void {
  const open = first(
    db,
    sql`SELECT 1 FROM audit JOIN audit_member ON audit_member.audit_id = audit.id
        WHERE audit_member.proposal_id = ${proposal.id} AND position IS NOT NULL
          AND audit.abandoned_at IS NULL
          AND EXISTS (SELECT 1 FROM audit_member m WHERE m.audit_id = audit.id
                        AND m.position IS NOT NULL AND m.answer IS NULL)`,
  )
  if (open) fail('review.inAudit', { text: proposal.text_id })
}

function decisionOf(proposal: ProposalRow, verdict: Verdict): Decision {
  if (verdict.kind === 'reject') return 'rejected'
  if (verdict.kind === 'reopen') return 'pending'
  if (verdict.kind === 'approve') return 'approved'
  const { answer } = verdict
  return answer.state === 'class' && answer.class === proposal.class_id ? 'approved' : 'corrected'
}

function labelEdits(db: ReadableDb, proposal: ProposalRow, verdict: Verdict): LabelEdit[] {
  const text = proposal.text_id
  if (verdict.kind === 'approve') {
    const mark = { state: 'class', class: proposal.class_id } as const
    return [{ text, mark, origin: 'approved', proposal: proposal.id }]
  }
  if (verdict.kind === 'correct') {
    const origin = decisionOf(proposal, verdict) === 'approved' ? 'approved' : 'corrected'
    return [{ text, mark: verdict.answer, origin, proposal: proposal.id }]
  }
  const mine = labelOf(db, text)?.proposal === proposal.id
  return mine ? [{ text, mark: { state: 'cleared' }, origin: 'human' }] : []
}
