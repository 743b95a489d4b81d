import type { AuditId, EntryId, ProposalId } from '../../core/project.ts'
import type { WritableDb } from './database.ts'
import { run, sql } from './sql.ts'

/** Whether the sampled proposal was right, as a person answered it. */
export type AuditAnswer = 'right' | 'wrong'

/**
 * The part of an entry that answers one text of an audit's sample; `replayAnswers` puts all of them
 * into force. Returns whether it changes anything.
 */
export function writeAnswer(
  db: WritableDb,
  entry: EntryId,
  audit: AuditId,
  proposal: ProposalId,
  answer: AuditAnswer,
): boolean {
  const { changes } = run(
    db,
    sql`INSERT INTO audit_change (entry_id, audit_id, proposal_id, answer, before)
        SELECT ${entry}, audit_id, proposal_id, ${answer}, answer FROM audit_member
        WHERE audit_id = ${audit} AND proposal_id = ${proposal} AND answer IS NOT ${answer}`,
  )
  return changes > 0
}

export function retractAnswers(db: WritableDb, entry: EntryId): void {
  run(
    db,
    sql`UPDATE audit_member SET answer = c.before FROM audit_change c
        WHERE c.entry_id = ${entry} AND c.audit_id = audit_member.audit_id
          AND c.proposal_id = audit_member.proposal_id`,
  )
}

export function replayAnswers(db: WritableDb, entry: EntryId): void {
  run(
    db,
    sql`UPDATE audit_member SET answer = c.answer FROM audit_change c
        WHERE c.entry_id = ${entry} AND c.audit_id = audit_member.audit_id
          AND c.proposal_id = audit_member.proposal_id`,
  )
}
