import type { EntryId } from '../../core/project.ts'
import type { WritableDb } from './database.ts'
import { run, sql } from './sql.ts'

/**
 * The part of an entry that opens the proposals behind the labels which it clears, whether approved or
 * corrected: without its label, such a text would be in no queue and in no training.
 */
export function reopenCleared(db: WritableDb, entry: EntryId): void {
  run(
    db,
    sql`INSERT INTO decision_change (entry_id, proposal_id, decision, decided_by, previous_id)
        SELECT ${entry}, proposal.id, 'pending', NULL, proposal.change_id
        FROM label_change JOIN proposal USING (text_id)
        WHERE label_change.entry_id = ${entry} AND label_change.state = 'cleared'
          AND proposal.decision IN ('approved', 'corrected') AND proposal.decided_by = 'human'`,
  )
  replayDecisions(db, entry)
}

/** Takes an entry's decisions back: what held before them holds again. */
export function retractDecisions(db: WritableDb, entry: EntryId): void {
  run(
    db,
    sql`UPDATE proposal
        SET change_id = c.previous_id, decision = coalesce(p.decision, 'pending'),
            decided_by = p.decided_by
        FROM decision_change c LEFT JOIN decision_change p ON p.id = c.previous_id
        WHERE c.entry_id = ${entry} AND c.proposal_id = proposal.id`,
  )
}

/** Applies an entry's decisions again. */
export function replayDecisions(db: WritableDb, entry: EntryId): void {
  run(
    db,
    sql`UPDATE proposal SET change_id = c.id, decision = c.decision, decided_by = c.decided_by
        FROM decision_change c WHERE c.entry_id = ${entry} AND c.proposal_id = proposal.id`,
  )
}
