import type { Mark, TextId } from '../../core/project.ts'
import type { JournalEntry, LabelTrail, TrailEntry } from '../../core/records.ts'
import type { ReadableDb } from './database.ts'
import { countSteps, doneEntries } from './journal.ts'
import { first, only, sql } from './sql.ts'
import { textById } from './texts.ts'

/** The last actions that can be undone, with what they did, and how many there are. */
export function labelTrail(db: ReadableDb, limit: number): LabelTrail {
  const entries = doneEntries(db, limit).map((entry) => withText(db, entry))
  return { entries, ...countSteps(db) }
}

/** An entry with its first text and what that was marked with. */
export function withText(db: ReadableDb, entry: JournalEntry): TrailEntry {
  const change = first<ChangeRow>(
    db,
    sql`SELECT text_id, state, class_id FROM label_change
        WHERE entry_id = ${entry.id} ORDER BY text_id LIMIT 1`,
  )
  const text = textById(db, change?.text_id ?? decidedText(db, entry))
  return { ...entry, text, mark: change ? markOf(change) : null }
}

interface ChangeRow {
  text_id: TextId
  state: Mark['state']
  class_id: string | null
}

function markOf({ state, class_id }: ChangeRow): Mark {
  return state === 'class' ? { state, class: class_id! } : { state }
}

/** The text of the first proposal that an entry decided; every entry without labels has one. */
function decidedText(db: ReadableDb, entry: JournalEntry): TextId {
  return only<{ id: TextId }>(
    db,
    sql`SELECT proposal.text_id AS id FROM proposal WHERE id =
          coalesce((SELECT min(proposal_id) FROM decision_change WHERE entry_id = ${entry.id}),
                   (SELECT min(proposal_id) FROM audit_change WHERE entry_id = ${entry.id}))`,
  ).id
}
