import { fail } from '../../core/errors.ts'
import type { AuditId } from '../../core/project.ts'
import type { JournalEntry } from '../../core/records.ts'
import { replayAnswers, retractAnswers } from './audit-answers.ts'
import { transaction, type WritableDb } from './database.ts'
import { replayDecisions, retractDecisions } from './decision-changes.ts'
import { entryWhere } from './journal.ts'
import { replayLabels, retractLabels } from './labels.ts'
import { first, runOne, sql } from './sql.ts'

/**
 * Takes back the last action that is not undone. Null when there is none.
 * Errors: `audit.decidedOn`, `task.classGone`.
 */
export function undo(db: WritableDb): JournalEntry | null {
  return transaction(db, () => {
    const entry = entryWhere(db, sql`state = 'done' ORDER BY id DESC`)
    if (!entry) return null
    refuseReopening(db, entry)
    retractAnswers(db, entry.id)
    retractDecisions(db, entry.id)
    retractLabels(db, entry.id)
    return moved(db, entry, 'undone')
  })
}

/** Does the first undone action again. Null when there is none. Error: `task.classGone`. */
export function redo(db: WritableDb): JournalEntry | null {
  return transaction(db, () => {
    const entry = entryWhere(db, sql`state = 'undone' ORDER BY id`)
    if (!entry) return null
    replayLabels(db, entry.id)
    replayDecisions(db, entry.id)
    replayAnswers(db, entry.id)
    return moved(db, entry, 'done')
  })
}

/**
 * A later audit was drawn because this one had ended: opened again, a failed one could be answered
 * until it passes (decision 17). One that was given up stays failed whatever becomes of its answers.
 */
function refuseReopening(db: WritableDb, entry: JournalEntry): void {
  const found = first<{ audit: AuditId; later: AuditId }>(
    db,
    sql`SELECT audit.id AS audit, later.id AS later
        FROM audit JOIN audit AS later ON later.run_id = audit.run_id AND later.id > audit.id
        WHERE audit.abandoned_at IS NULL AND audit.id IN
          (SELECT audit_id FROM audit_change WHERE entry_id = ${entry.id})
        ORDER BY later.id LIMIT 1`,
  )
  if (found) fail('audit.decidedOn', found)
}

/** Refuses to bring back what belongs to a class that has left the task meanwhile. */
function moved(db: WritableDb, entry: JournalEntry, state: 'done' | 'undone'): JournalEntry {
  const gone = first<{ name: string }>(
    db,
    sql`SELECT class.name FROM class
        WHERE class.id IN
            (SELECT label.class_id FROM label_change JOIN label USING (text_id)
             WHERE label_change.entry_id = ${entry.id}
             UNION
             SELECT proposal.class_id FROM decision_change JOIN proposal
               ON proposal.id = decision_change.proposal_id
             WHERE decision_change.entry_id = ${entry.id} AND proposal.decision = 'approved')
          AND class.id NOT IN
            (SELECT class_id FROM task_class WHERE version = (SELECT max(id) FROM task_version))`,
  )
  if (gone) fail('task.classGone', { name: gone.name })
  runOne(db, sql`UPDATE journal SET state = ${state} WHERE id = ${entry.id}`)
  return { ...entry, state }
}
