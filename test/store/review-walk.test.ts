import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { AuditId, ProposalId, RunId, TextId } from '../../core/project.ts'
import { Stream } from '../../core/random.ts'
import {
  acceptAudited,
  answerAudit,
  auditItems,
  auditsOf,
  createAudit,
} from '../../main/store/audits.ts'
import type { WritableDb } from '../../main/store/database.ts'
import { decide, type Verdict } from '../../main/store/decisions.ts'
import { journal } from '../../main/store/journal.ts'
import { setLabels } from '../../main/store/labels.ts'
import { redo, undo } from '../../main/store/undo.ts'
import { openProject } from '../../main/store/open.ts'
import { each, finishedRound, propose } from './temp-run.ts'
import { fill, tempProject } from './temp-project.ts'

/**
 * Decisions, audits, bulk acceptance and labels in any order, against a model of plain maps that is
 * told what each action means and keeps every earlier state for undo and redo.
 */
interface State {
  readonly labels: Readonly<Record<number, string>>
  readonly decisions: Readonly<Record<number, string>>
  readonly answers: Readonly<Record<string, 'right' | 'wrong'>>
}

type Change = { -readonly [K in keyof State]: Record<string, string> }

const proposed = 'c1'

interface Walk {
  project: ReturnType<typeof openProject>
  readonly run: RunId
  readonly texts: readonly TextId[]
  /** The proposal of each text. */
  readonly proposals: ReadonlyMap<TextId, ProposalId>
  readonly history: State[]
  now: number
}

function started(t: TestContext): Walk {
  const project = tempProject(t)
  const db = project.writable
  const ids = fill(db, 14)
  setLabels(db, [
    { text: ids[0]!, mark: { state: 'class', class: 'c1' }, origin: 'human' },
    { text: ids[1]!, mark: { state: 'class', class: 'c2' }, origin: 'human' },
  ])
  const { run } = finishedRound(db)
  const texts = ids.slice(2)
  propose(db, run, each(texts, 1))
  const rows = db.prepare('SELECT text_id, id FROM proposal').raw().all()
  const proposals = new Map(rows as [TextId, ProposalId][])
  db.exec(`UPDATE journal SET state = 'dropped'`)
  return { project, run, texts, proposals, history: [read(db)], now: 0 }
}

function read(db: WritableDb): State {
  const map = (query: string) =>
    Object.fromEntries(db.prepare(query).raw().all() as [string, string][]) as Record<string, never>
  return {
    labels: map(`SELECT text_id, coalesce(class_id, 'none') FROM label`),
    decisions: map(
      `SELECT text_id, decided_by || ' ' || decision FROM proposal WHERE decided_by IS NOT NULL`,
    ),
    answers: map(
      `SELECT audit_id || '.' || text_id, answer FROM audit_member
       JOIN proposal ON proposal.id = proposal_id WHERE answer IS NOT NULL`,
    ),
  }
}

/** Does an action in the store and in the model. It counts only if it changes something. */
function act(walk: Walk, work: (db: WritableDb) => unknown, model: (next: Change) => void): void {
  const before = walk.history[walk.now]!
  const next = structuredClone(before) as Change
  model(next)
  work(walk.project.writable!)
  if (JSON.stringify(sorted(next)) === JSON.stringify(sorted(before))) return
  walk.history.splice(++walk.now, Infinity, next as State)
}

function sorted(state: object): unknown {
  return Object.entries(state).map(([name, map]) => [name, Object.entries(map as object).sort()])
}

function label(walk: Walk, stream: Stream): void {
  const texts = stream.sample(walk.texts, 1 + stream.below(4))
  const mark = ['c1', 'c2', 'none', 'cleared'][stream.below(4)]!
  const edits = texts.map((text) => {
    const asMark =
      mark === 'none' || mark === 'cleared'
        ? ({ state: mark } as const)
        : ({ state: 'class', class: mark } as const)
    return { text, mark: asMark, origin: 'human' } as const
  })
  act(
    walk,
    (db) => setLabels(db, edits),
    ({ labels, decisions }) => {
      for (const text of texts) {
        if (mark !== 'cleared') labels[text] = mark
        else if (text in labels) {
          delete labels[text]
          if (/^human (approved|corrected)$/.test(decisions[text] ?? '')) delete decisions[text]
        }
      }
    },
  )
}

/** The sample of the open audit, if one is open: such texts are answered there. */
function sample(walk: Walk): { audit: AuditId; texts: TextId[] } | null {
  const audit = auditsOf(walk.project.db, walk.run).find(({ state }) => state === 'open')
  if (!audit) return null
  return { audit: audit.id, texts: auditItems(walk.project.db, audit.id).map((item) => item.text) }
}

function review(walk: Walk, stream: Stream): void {
  const sampled = new Set(sample(walk)?.texts)
  const free = walk.texts.filter((text) => !sampled.has(text))
  const texts = stream.sample(free, Math.min(free.length, 1 + stream.below(3)))
  const kinds = texts.map(() => stream.below(4))
  const owned = labelProposals(walk.project.writable!)
  const verdicts: Verdict[] = [
    { kind: 'approve' },
    { kind: 'reject' },
    { kind: 'correct', answer: { state: 'class', class: 'c2' } },
    { kind: 'reopen' },
  ]
  const all = texts.map((text, i) => {
    return { proposal: walk.proposals.get(text)!, verdict: verdicts[kinds[i]!]! }
  })
  act(
    walk,
    (db) => decide(db, all),
    ({ labels, decisions }) => {
      texts.forEach((text, i) => {
        const { kind } = verdicts[kinds[i]!]!
        if (kind === 'approve') [labels[text], decisions[text]] = [proposed, 'human approved']
        else if (kind === 'correct') [labels[text], decisions[text]] = ['c2', 'human corrected']
        else {
          if (owned.has(text)) delete labels[text]
          if (kind === 'reject') decisions[text] = 'human rejected'
          else delete decisions[text]
        }
      })
    },
  )
}

/** Texts whose label came from their proposal: it goes when the decision is taken back. */
function labelProposals(db: WritableDb): Set<TextId> {
  const texts = db.prepare('SELECT text_id FROM label WHERE proposal_id IS NOT NULL').pluck().all()
  return new Set(texts as TextId[])
}

function audit(walk: Walk, stream: Stream): void {
  const open = sample(walk)
  if (!open) return drawAudit(walk)
  const texts = stream.sample(open.texts, Math.min(open.texts.length, 1 + stream.below(8)))
  const answers = texts.map((text) => {
    return { text, right: stream.below(12) > 0 }
  })
  act(
    walk,
    (db) =>
      answerAudit(
        db,
        open.audit,
        answers.map(({ text, right }) => {
          return { text, answer: { state: 'class', class: right ? proposed : 'c2' } } as const
        }),
      ),
    (next) => {
      for (const { text, right } of answers) {
        next.answers[`${open.audit}.${text}`] = right ? 'right' : 'wrong'
        next.labels[text] = right ? proposed : 'c2'
        next.decisions[text] = right ? 'human approved' : 'human corrected'
      }
    },
  )
}

/** Drawing is no entry of the journal; a set that failed or is empty cannot be drawn again. */
function drawAudit(walk: Walk): void {
  try {
    createAudit(walk.project.writable!, { run: walk.run, filter: {}, threshold: 0.7, size: 60 })
  } catch (error) {
    assert.match((error as { code: string }).code, /^audit\.(empty|locked)$/)
  }
}

function accept(walk: Walk): void {
  const passed = auditsOf(walk.project.db, walk.run).find(({ state }) => state === 'passed')
  if (!passed) return
  const members = walk.project.db
    .prepare(
      `SELECT text_id FROM audit_member JOIN proposal ON proposal.id = proposal_id
       WHERE audit_id = ? AND answer IS NOT 'wrong'`,
    )
    .pluck()
    .all(passed.id) as TextId[]
  act(
    walk,
    (db) => acceptAudited(db, passed.id),
    ({ labels, decisions }) => {
      for (const text of members) {
        if (!(text in labels)) decisions[text] ??= 'bulk approved'
      }
    },
  )
}

function back(walk: Walk): void {
  const db = walk.project.writable!
  try {
    assert.equal(undo(db) !== null, walk.now > 0)
    walk.now = Math.max(0, walk.now - 1)
  } catch (error) {
    assert.equal((error as { code: string }).code, 'audit.decidedOn')
  }
}

function forth(walk: Walk): void {
  assert.equal(redo(walk.project.writable!) !== null, walk.now < walk.history.length - 1)
  walk.now = Math.min(walk.history.length - 1, walk.now + 1)
}

function restart(t: TestContext, walk: Walk): void {
  walk.project.close()
  const again = openProject(walk.project.path, 'write')
  walk.project = again
  t.after(() => again.close())
}

for (let seed = 0; seed < 12; seed++) {
  test(`any sequence of decisions, audits, acceptance, labels, undo and redo agrees with a plain history (seed ${seed})`, (t) => {
    const walk = started(t)
    const stream = new Stream(seed, 'review walk')
    for (let i = 0; i < 150; i++) {
      const what = stream.below(20)
      if (what < 3) label(walk, stream)
      else if (what < 7) review(walk, stream)
      else if (what < 11) audit(walk, stream)
      else if (what < 12) accept(walk)
      else if (what < 16) back(walk)
      else if (what < 19) forth(walk)
      else restart(t, walk)
      const db = walk.project.writable!
      assert.deepEqual(sorted(read(db)), sorted(walk.history[walk.now]!), `after step ${i}`)
      const entries = journal(db, 1000)
      assert.equal(entries.filter((entry) => entry.state === 'done').length, walk.now)
    }
  })
}
