import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail } from '../../core/errors.ts'
import type { ProposalId, RunId, TextId } from '../../core/project.ts'
import type { ReadableDb } from '../../main/store/database.ts'
import { decide, type Verdict } from '../../main/store/decisions.ts'
import { journal } from '../../main/store/journal.ts'
import { allLabels, setLabels } from '../../main/store/labels.ts'
import {
  countOpenProposals,
  openProposals,
  proposalById,
  proposalForText,
  proposingRun,
} from '../../main/store/proposals.ts'
import { keepRound } from '../../main/store/rounds.ts'
import { saveTask } from '../../main/store/tasks.ts'
import { redo, undo } from '../../main/store/undo.ts'
import { plansOf } from './query-plan.ts'
import { each, finishedRound, propose } from './temp-run.ts'
import { fill, reopen, tempProject, twoClasses } from './temp-project.ts'

/** A project with 2 labelled texts and a round that proposes all others. */
function reviewed(t: Parameters<typeof tempProject>[0], texts: number) {
  const project = tempProject(t)
  const db = project.writable
  const ids = fill(db, texts)
  setLabels(db, [
    { text: ids[0]!, mark: { state: 'class', class: 'c1' }, origin: 'human' },
    { text: ids[1]!, mark: { state: 'class', class: 'c2' }, origin: 'human' },
  ])
  const { run } = finishedRound(db)
  const pool = ids.slice(2)
  propose(db, run, Object.fromEntries(pool.map((id, i) => [id, 1 + i / 10])))
  return { project, db, run, pool }
}

function proposalOf(db: ReadableDb, run: RunId, text: TextId): ProposalId {
  return proposalForText(db, text, run) ?? fail('review.unknownProposal', { ids: [text] })
}

const allOpen = { limit: 100, offset: 0 }
const open = (db: ReadableDb, run: RunId, filter = {}) =>
  openProposals(db, run, filter, allOpen).map((p) => p.text)

test('the surest proposal comes first, with its score, margin and what each group says', (t) => {
  const { db, run } = reviewed(t, 5)
  assert.deepEqual(open(db, run), [5, 4, 3])
  const first = openProposals(db, run, {}, allOpen)[0]!
  assert.deepEqual(
    { class: first.class, agreement: first.agreement, groups: first.groups },
    {
      class: 'c1',
      agreement: 0.5,
      groups: [
        { name: '甲', logProbability: Math.fround(1.2 - 3), agrees: true },
        { name: '乙', logProbability: -4, agrees: false },
      ],
    },
  )
})

test('filters narrow the queue', (t) => {
  const { db, run } = reviewed(t, 5)
  assert.deepEqual(open(db, run, { class: 'c2' }), [])
  assert.deepEqual(open(db, run, { class: 'c1', minimumScore: 0.76 }), [5])
  assert.deepEqual(open(db, run, { minimumMargin: 0.49 }), [5, 4])
  assert.deepEqual(open(db, run, { minimumAgreement: 0.6 }), [])
})

test('the count is of all that match, whatever a page shows', (t) => {
  const { db, run, pool } = reviewed(t, 8)
  assert.equal(openProposals(db, run, {}, { limit: 2, offset: 0 }).length, 2)
  assert.equal(countOpenProposals(db, run, {}), 6)
  assert.equal(countOpenProposals(db, run, { class: 'c1', minimumScore: 0.76 }), 4)
  decide(db, [{ proposal: proposalOf(db, run, pool[5]!), verdict: { kind: 'reject' } }])
  assert.equal(countOpenProposals(db, run, { minimumScore: 0.76 }), 3)
})

test('approve and correct make labels that keep the score, reject makes none', (t) => {
  const { db, run, pool } = reviewed(t, 6)
  const verdicts: Verdict[] = [
    { kind: 'approve' },
    { kind: 'correct', answer: { state: 'class', class: 'c2' } },
    { kind: 'correct', answer: { state: 'none' } },
    { kind: 'reject' },
  ]
  decide(
    db,
    verdicts.map((verdict, i) => ({ proposal: proposalOf(db, run, pool[i]!), verdict })),
  )
  assert.deepEqual(allLabels(db).slice(2), [
    { text: 3, answer: { state: 'class', class: 'c1' }, origin: 'approved', proposal: 1 },
    { text: 4, answer: { state: 'class', class: 'c2' }, origin: 'corrected', proposal: 2 },
    { text: 5, answer: { state: 'none' }, origin: 'corrected', proposal: 3 },
  ])
  const decisions = pool.map((text) => proposalById(db, proposalOf(db, run, text))!)
  assert.deepEqual(
    decisions.map((p) => [p.decision, p.decidedBy, p.score > 0.7]),
    [
      ['approved', 'human', true],
      ['corrected', 'human', true],
      ['corrected', 'human', true],
      ['rejected', 'human', true],
    ],
  )
  assert.deepEqual(open(db, run), [])
})

test('decisions are undone and redone in order, also after a restart', (t) => {
  const { project, db, run, pool } = reviewed(t, 4)
  const [x, y] = pool.map((text) => proposalOf(db, run, text))
  decide(db, [{ proposal: x!, verdict: { kind: 'approve' } }])
  decide(db, [
    { proposal: x!, verdict: { kind: 'reject' } },
    { proposal: y!, verdict: { kind: 'correct', answer: { state: 'class', class: 'c2' } } },
  ])
  const state = (at: ReadableDb) => [
    proposalById(at, x!)!.decision,
    proposalById(at, y!)!.decision,
    allLabels(at).length,
  ]
  const after = state(db)
  const again = reopen(t, project)
  undo(again)
  const middle = state(again)
  undo(again)
  const before = state(again)
  redo(again)
  redo(again)
  assert.deepEqual(
    [before, middle, after, state(again)],
    [
      ['pending', 'pending', 2],
      ['approved', 'pending', 3],
      ['rejected', 'corrected', 3],
      ['rejected', 'corrected', 3],
    ],
  )
})

test('a decision can be taken back at any time, and with it the label that it made', (t) => {
  const { db, run, pool } = reviewed(t, 4)
  const proposal = proposalOf(db, run, pool[0]!)
  decide(db, [{ proposal, verdict: { kind: 'approve' } }])
  decide(db, [{ proposal: proposalOf(db, run, pool[1]!), verdict: { kind: 'approve' } }])
  decide(db, [{ proposal, verdict: { kind: 'reopen' } }])
  assert.deepEqual([open(db, run), allLabels(db).map((l) => l.text)], [[3], [1, 2, 4]])
})

test('clearing the label of a decided proposal opens it again, and undo brings both back', (t) => {
  const { db, run, pool } = reviewed(t, 5)
  const [x, y, z] = pool.map((text) => proposalOf(db, run, text))
  const other = { state: 'class', class: 'c2' } as const
  decide(db, [
    { proposal: x!, verdict: { kind: 'approve' } },
    { proposal: y!, verdict: { kind: 'correct', answer: other } },
    { proposal: z!, verdict: { kind: 'reject' } },
  ])
  setLabels(db, [{ text: pool[0]!, mark: other, origin: 'human' }])
  const cleared = pool.map((text) => {
    return { text, mark: { state: 'cleared' }, origin: 'human' } as const
  })
  const state = () => [
    [x, y, z].map((id) => proposalById(db, id!)!.decision),
    allLabels(db).length,
    open(db, run),
  ]
  const before = state()
  assert.equal(setLabels(db, cleared)?.changes, 2)
  const after = state()
  assert.deepEqual(after, [['pending', 'pending', 'rejected'], 2, [4, 3]])
  undo(db)
  assert.deepEqual(state(), before)
  redo(db)
  assert.deepEqual(state(), after)
  assert.equal(journal(db, 1)[0]!.changes, 2)
})

test('the same verdict given twice counts once, and two different ones change nothing', (t) => {
  const { db, run, pool } = reviewed(t, 4)
  const proposal = proposalOf(db, run, pool[0]!)
  const twice = { proposal, verdict: { kind: 'approve' } } as const
  const contrary = { proposal, verdict: { kind: 'reject' } } as const
  assert.throws(() => decide(db, [twice, contrary]), {
    code: 'text.contradiction',
    details: { id: pool[0] },
  })
  assert.equal(decide(db, [twice, twice])?.changes, 1)
})

test('a class that was rejected for a text is never proposed for it again', (t) => {
  const { db, run, pool } = reviewed(t, 4)
  decide(db, [{ proposal: proposalOf(db, run, pool[0]!), verdict: { kind: 'reject' } }])
  const next = finishedRound(db, { parent: run })
  assert.equal(propose(db, next.run, each(pool, 2)), 1)
  assert.deepEqual(open(db, next.run), [4])
  const other = finishedRound(db, { parent: run })
  assert.equal(propose(db, other.run, each(pool, -2)), 2)
})

test('a roll back brings back the queue of the round in use, and what was decided stays reversible', (t) => {
  const { db, run, pool } = reviewed(t, 5)
  decide(db, [{ proposal: proposalOf(db, run, pool[0]!), verdict: { kind: 'reject' } }])
  const next = finishedRound(db, { parent: run })
  assert.equal(proposingRun(db), run)
  propose(db, next.run, each(pool, -1))
  assert.equal(proposingRun(db), next.run)
  const approved = proposalOf(db, next.run, pool[1]!)
  decide(db, [{ proposal: approved, verdict: { kind: 'approve' } }])

  keepRound(db, 1, 'chosen')
  assert.equal(proposingRun(db), run)
  const ofRun = (isReopened: boolean, i: number) => {
    return proposalById(db, proposalForText(db, pool[i]!, proposingRun(db), isReopened)!)!.run
  }
  assert.deepEqual([ofRun(false, 1), ofRun(true, 1)], [run, next.run])
  keepRound(db, 2, 'chosen')
  assert.deepEqual([ofRun(false, 0), ofRun(true, 0)], [next.run, run])
  assert.equal(proposingRun(tempProject(t).db), null)
})

test('a text that is labelled by hand leaves the queue and comes back when that is undone', (t) => {
  const { db, run, pool } = reviewed(t, 4)
  setLabels(db, [{ text: pool[0]!, mark: { state: 'none' }, origin: 'human' }])
  assert.deepEqual(open(db, run), [4])
  undo(db)
  assert.deepEqual(open(db, run), [4, 3])
})

test('one unknown proposal among several changes nothing', (t) => {
  const { db, run, pool } = reviewed(t, 4)
  const proposal = proposalOf(db, run, pool[0]!)
  const verdict: Verdict = { kind: 'approve' }
  const wrong = [
    { proposal, verdict },
    { proposal: 99 as ProposalId, verdict },
  ]
  assert.throws(() => decide(db, wrong), { code: 'review.unknownProposal' })
  assert.equal(allLabels(db).length, 2)
})

test('a class with accepted proposals cannot leave the task', (t) => {
  const { db, run, pool } = reviewed(t, 4)
  setLabels(
    db,
    [1, 2].map((text) => ({ text: text as TextId, mark: { state: 'cleared' }, origin: 'human' })),
  )
  decide(db, [{ proposal: proposalOf(db, run, pool[0]!), verdict: { kind: 'approve' } }])
  const task = { ...twoClasses, classes: [twoClasses.classes[1]!] }
  assert.throws(() => saveTask(db, task, ''), { code: 'task.classInUse' })
})

test('what matches a filter is counted from the index alone', (t) => {
  const { db } = reviewed(t, 3)
  const plan = db
    .prepare(
      `EXPLAIN QUERY PLAN SELECT count(*) FROM proposal LEFT JOIN label USING (text_id)
       WHERE run_id = 1 AND decision = 'pending' AND label.text_id IS NULL AND score >= 0.8
         AND margin >= 0.3 AND agreement >= 1 AND proposal.class_id = 'c1'`,
    )
    .all() as { detail: string }[]
  assert.equal(
    plan[0]!.detail,
    'SEARCH proposal USING COVERING INDEX proposal_queue (run_id=? AND decision=? AND score>?)',
  )
})

test('the queue is read in the order of an index, however many proposals there are', (t) => {
  const { project, run } = reviewed(t, 3)
  const db = reopen(t, project)
  const [plan] = plansOf(db, () => openProposals(db, run, {}, allOpen))
  assert.match(plan![0]!, /^SEARCH proposal USING COVERING INDEX proposal_queue /)
  assert.ok(!plan!.some((step) => /TEMP B-TREE|SCAN (proposal|text|label)\b/.test(step)))
})
