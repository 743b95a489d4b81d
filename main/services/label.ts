import { heldOutTarget } from '../../core/project.ts'
import type { Handler, Labelled } from '../../core/contract.ts'
import type { JournalEntry, TrailEntry } from '../../core/records.ts'
import type { ReadableDb, WritableDb } from '../store/database.ts'
import { drawHeldOut, heldOutDraw } from '../store/held-out.ts'
import { journal } from '../store/journal.ts'
import { hasLabels, setLabels } from '../store/labels.ts'
import { projectSeed } from '../store/project.ts'
import { textsToLabel } from '../store/queue.ts'
import { roundInUse } from '../store/rounds.ts'
import { countRuns } from '../store/runs.ts'
import { countTexts } from '../store/texts.ts'
import { labelTrail, withText } from '../store/trail.ts'
import { redo, undo } from '../store/undo.ts'
import { finishNeighbourScan } from '../training/in-turns.ts'
import { labelFromColumn } from './label-from-column.ts'
import { labelSummary } from './label-summary.ts'
import { modelView } from './model-view.ts'
import type { Session } from './session.ts'

export function labelService(session: Session) {
  const set: Handler<'label.set'> = async ({ edits, origin }) => {
    const db = session.writable
    const isDrawn = drawBeforeFirstLabel(db)
    const entry = setLabels(
      db,
      edits.map((edit) => ({ ...edit, origin })),
    )
    if (isDrawn) await finishNeighbourScan(db)
    return labelled(db, entry)
  }
  const fromColumn: Handler<'label.fromColumn'> = async (input) => {
    const db = session.writable
    drawBeforeFirstLabel(db)
    await finishNeighbourScan(db)
    return labelFromColumn(db, input)
  }
  const next: Handler<'label.next'> = async ({ scope, order, limit, skip }) => {
    const { writable } = session.project
    if (writable) await prepareSample(session, writable)
    const run = order === 'uncertain' ? (roundInUse(session.db)?.run ?? null) : null
    return textsToLabel(session.db, { scope, run, limit, skip })
  }
  const draw: Handler<'label.drawHeldOut'> = async ({ size, seed }) => {
    const db = session.writable
    const drawn = drawHeldOut(db, {
      size: size ?? defaultHeldOut(db),
      seed: seed ?? projectSeed(db),
    })
    await finishNeighbourScan(db)
    return drawn
  }
  const step = (work: (db: WritableDb) => JournalEntry | null) => {
    return ({ steps }: { steps: number }) => repeated(session.writable, steps, work)
  }
  const history: Handler<'label.journal'> = ({ limit }) => journal(session.db, limit)
  return {
    'label.set': set,
    'label.fromColumn': fromColumn,
    'label.undo': step(undo) satisfies Handler<'label.undo'>,
    'label.redo': step(redo) satisfies Handler<'label.redo'>,
    'label.summary': () => labelSummary(session.db),
    'label.trail': (({ limit }) => labelTrail(session.db, limit)) satisfies Handler<'label.trail'>,
    'label.modelView': (({ text }) =>
      modelView(session.db, text)) satisfies Handler<'label.modelView'>,
    'label.next': next,
    'label.journal': history,
    'label.drawHeldOut': draw,
  }
}

export function labelled(db: ReadableDb, entry: JournalEntry | null): Labelled {
  return { entry, labels: labelSummary(db) }
}

/** Smaller projects get no held-out sample by themselves: too little would be left to learn from. */
const drawsFrom = 200

/** A fair sample must be there before anyone has looked for texts to label. Whether one was drawn. */
function drawBeforeFirstLabel(db: WritableDb): boolean {
  if (heldOutDraw(db) || hasLabels(db) || countRuns(db) > 0) return false
  if (countTexts(db) < drawsFrom) return false
  drawHeldOut(db, { size: defaultHeldOut(db), seed: projectSeed(db) })
  return true
}

/**
 * Draws the sample if need be and looks for texts that say the same, so that nobody labels a text
 * which then is left out.
 */
async function prepareSample(session: Session, db: WritableDb): Promise<void> {
  const isDrawn = drawBeforeFirstLabel(db)
  await finishNeighbourScan(db)
  if (isDrawn) session.announce('project.changed', { call: 'label.next' })
}

function defaultHeldOut(db: ReadableDb): number {
  return Math.min(heldOutTarget, Math.floor(countTexts(db) / 4))
}

function repeated(
  db: WritableDb,
  steps: number,
  work: (db: WritableDb) => JournalEntry | null,
): TrailEntry[] {
  const entries: TrailEntry[] = []
  for (let i = 0; i < steps; i++) {
    const entry = work(db)
    if (!entry) break
    entries.push(withText(db, entry))
  }
  return entries
}
