import { fail } from '../../core/errors.ts'
import type { Answer, EntryId, Mark, Origin, ProposalId, TextId } from '../../core/project.ts'
import type { ClassCount, JournalEntry } from '../../core/records.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { reopenCleared } from './decision-changes.ts'
import { record } from './journal.ts'
import { onceEach } from './once.ts'
import { all, first, run, runOne, sql } from './sql.ts'
import { answerOf } from './texts.ts'

export interface LabelEdit {
  readonly text: TextId
  readonly mark: Mark
  readonly origin: Origin
  /** The proposal that was approved or corrected; its score stays with the label. */
  readonly proposal?: ProposalId
}

export interface Label {
  readonly text: TextId
  readonly answer: Answer
  readonly origin: Origin
  readonly proposal: ProposalId | null
}

/**
 * Labels one text or many as one entry of the journal. It is on the disk when this returns. A cleared
 * label puts the proposal behind it back into the queue.
 * Null when every text had that label already. Errors: `text.unknown`, `task.unknownClass`,
 * `text.contradiction`; then no label changes at all.
 */
export function setLabels(db: WritableDb, edits: readonly LabelEdit[]): JournalEntry | null {
  const action = edits.every((edit) => edit.mark.state === 'cleared') ? 'clear' : 'label'
  return record(db, action, (entry) => {
    const changed = writeLabels(db, entry, edits)
    reopenCleared(db, entry)
    return changed
  })
}

/** The part of an entry that changes labels. Returns how many really changed. */
export function writeLabels(db: WritableDb, entry: EntryId, edits: readonly LabelEdit[]): number {
  checkEdits(db, edits)
  let changed = 0
  for (const edit of onceEach(edits, (e) => e.mark)) {
    if (isAlready(db, edit)) continue
    writeLabel(db, entry, edit)
    changed++
  }
  return changed
}

/** Takes an entry's label changes back: what held before them holds again. */
export function retractLabels(db: WritableDb, entry: EntryId): void {
  run(
    db,
    sql`DELETE FROM label WHERE text_id IN
          (SELECT text_id FROM label_change WHERE entry_id = ${entry})`,
  )
  run(
    db,
    sql`INSERT INTO label (text_id, change_id, state, class_id, origin, proposal_id)
        SELECT p.text_id, p.id, p.state, p.class_id, p.origin, p.proposal_id
        FROM label_change c JOIN label_change p ON p.id = c.previous_id
        WHERE c.entry_id = ${entry}`,
  )
}

/** Applies an entry's label changes again. */
export function replayLabels(db: WritableDb, entry: EntryId): void {
  run(
    db,
    sql`DELETE FROM label WHERE text_id IN
          (SELECT text_id FROM label_change WHERE entry_id = ${entry})`,
  )
  run(
    db,
    sql`INSERT INTO label (text_id, change_id, state, class_id, origin, proposal_id)
        SELECT text_id, id, state, class_id, origin, proposal_id
        FROM label_change WHERE entry_id = ${entry} AND state <> 'cleared'`,
  )
}

export function labelOf(db: ReadableDb, text: TextId): Label | null {
  const row = first<LabelRow>(db, sql`${selectLabel} WHERE text_id = ${text}`)
  return row ? fromRow(row) : null
}

export function hasLabels(db: ReadableDb): boolean {
  return first(db, sql`SELECT 1 FROM label LIMIT 1`) !== undefined
}

/** All labels, by text. */
export function allLabels(db: ReadableDb): Label[] {
  return all<LabelRow>(db, sql`${selectLabel} ORDER BY text_id`).map(fromRow)
}

/** How many labels each class has, apart for training and held-out texts. */
export function labelCounts(db: ReadableDb): ClassCount[] {
  return all(
    db,
    sql`SELECT label.class_id AS class, count(*) FILTER (WHERE heldout.text_id IS NULL) AS train,
               count(heldout.text_id) AS heldOut
        FROM label LEFT JOIN heldout USING (text_id)
        GROUP BY label.class_id ORDER BY label.class_id`,
  )
}

interface LabelRow {
  text_id: TextId
  state: 'class' | 'none'
  class_id: string | null
  origin: Origin
  proposal_id: ProposalId | null
}

const selectLabel = sql`SELECT text_id, state, class_id, origin, proposal_id FROM label`

function fromRow(row: LabelRow): Label {
  return {
    text: row.text_id,
    answer: answerOf(row.state, row.class_id)!,
    origin: row.origin,
    proposal: row.proposal_id,
  }
}

function checkEdits(db: ReadableDb, edits: readonly LabelEdit[]): void {
  const unknown = edits
    .map((edit) => edit.text)
    .filter((id) => !first(db, sql`SELECT 1 FROM text WHERE id = ${id}`))
  if (unknown.length > 0) fail('text.unknown', { ids: unknown.slice(0, 20) })
  const classes = all<{ id: string; name: string }>(
    db,
    sql`SELECT class_id AS id, name FROM task_class
        WHERE version = (SELECT max(id) FROM task_version) ORDER BY position`,
  )
  const ids = new Set(classes.map((c) => c.id))
  for (const { mark } of edits) {
    if (mark.state === 'class' && !ids.has(mark.class)) {
      fail('task.unknownClass', { name: mark.class, known: classes.map((c) => c.name) })
    }
  }
}

function isAlready(db: ReadableDb, edit: LabelEdit): boolean {
  const current = labelOf(db, edit.text)
  if (!current) return edit.mark.state === 'cleared'
  if (edit.mark.state !== current.answer.state) return false
  return edit.mark.state !== 'class' || edit.mark.class === classOf(current.answer)
}

function classOf(answer: Answer): string | null {
  return answer.state === 'class' ? answer.class : null
}

function writeLabel(db: WritableDb, entry: EntryId, edit: LabelEdit): void {
  const { text, mark, origin } = edit
  const classId = mark.state === 'class' ? mark.class : null
  const proposal = edit.proposal ?? null
  const previous = first<{ change_id: number }>(
    db,
    sql`SELECT change_id FROM label WHERE text_id = ${text}`,
  )
  const change = run(
    db,
    sql`INSERT INTO label_change
          (entry_id, text_id, state, class_id, origin, proposal_id, previous_id)
        VALUES (${entry}, ${text}, ${mark.state}, ${classId}, ${origin}, ${proposal},
                ${previous?.change_id ?? null})`,
  ).id
  run(db, sql`DELETE FROM label WHERE text_id = ${text}`)
  if (mark.state === 'cleared') return
  runOne(
    db,
    sql`INSERT INTO label (text_id, change_id, state, class_id, origin, proposal_id)
        VALUES (${text}, ${change}, ${mark.state}, ${classId}, ${origin}, ${proposal})`,
  )
}
