import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { ProposalId, RunId } from '../../core/project.ts'
import { defaultStepOptions } from '../../core/step-options.ts'
import type { TrainingItem } from '../../core/task.ts'
import type { WritableDb } from '../../main/store/database.ts'
import { decide } from '../../main/store/decisions.ts'
import {
  acceptAudited,
  answerAudit,
  auditItems,
  auditsOf,
  createAudit,
} from '../../main/store/audits.ts'
import { drawHeldOut } from '../../main/store/held-out.ts'
import { heldOutAnswers, unscoredHeldOut } from '../../main/store/evaluations.ts'
import { setLabels } from '../../main/store/labels.ts'
import { heldOutIds, poolIds } from '../../main/store/pool.ts'
import { insertProposals, openProposals } from '../../main/store/proposals.ts'
import { keepHistory, keepRound, roundInUse } from '../../main/store/rounds.ts'
import { countRunTexts, runById, trainingItems } from '../../main/store/runs.ts'
import { insertScores } from '../../main/store/scores.ts'
import { requireTask, saveTask } from '../../main/store/tasks.ts'
import { each, finishedRound, propose, startRun } from './temp-run.ts'
import { addTexts, fill, tempProject, twoClasses } from './temp-project.ts'

function labelled(t: TestContext, texts: number) {
  const { writable: db } = tempProject(t)
  const ids = fill(db, texts)
  setLabels(db, [
    { text: ids[0]!, mark: { state: 'class', class: 'c1' }, origin: 'human' },
    { text: ids[1]!, mark: { state: 'class', class: 'c2' }, origin: 'human' },
    { text: ids[2]!, mark: { state: 'none' }, origin: 'human' },
  ])
  return { db, ids }
}

const items = (db: WritableDb, run: RunId) => trainingItems(db, runById(db, run), 0, 100)

function softProbabilities({ target }: TrainingItem): readonly number[] {
  return target.kind === 'soft' ? target.probabilities : []
}

/** Accepts all open proposals of a run behind an audit of the whole. */
function acceptAll(db: WritableDb, run: RunId): void {
  const audit = createAudit(db, { run, filter: {}, threshold: 0.7, size: 60 })
  const answers = auditItems(db, audit.id).map(({ text, class: proposed }) => {
    return { text, answer: { state: 'class', class: proposed } as const }
  })
  answerAudit(db, audit.id, answers)
  acceptAudited(db, audit.id)
}

test('a run learns from labels with weight 1, and from "none of these" not at all', (t) => {
  const { db } = labelled(t, 5)
  const got = items(db, startRun(db))
  assert.deepEqual(
    got.map(({ id, target, weight, gold }) => ({ id, target, weight, gold })),
    [
      { id: 1, target: { kind: 'class', class: 0 }, weight: 1, gold: true },
      { id: 2, target: { kind: 'class', class: 1 }, weight: 1, gold: true },
    ],
  )
})

test('a run keeps its texts, task and settings whatever happens later', (t) => {
  const { db, ids } = labelled(t, 5)
  const run = startRun(db, { recipe: { steps: 40 }, seed: 3 })
  const before = [runById(db, run), items(db, run)]
  setLabels(db, [{ text: ids[0]!, mark: { state: 'class', class: 'c2' }, origin: 'human' }])
  saveTask(
    db,
    { ...twoClasses, patterns: ['[MASK]{a}'], classes: twoClasses.classes.toReversed() },
    '',
  )
  assert.deepEqual([runById(db, run), items(db, run)], before)
  const change = /a run never changes/
  assert.throws(() => db.exec('UPDATE run SET seed = 4'), change)
  assert.throws(() => db.exec('UPDATE run_text SET weight = 2'), change)
  assert.throws(() => db.exec('DELETE FROM run_text'), change)
})

test('a result from before there were step options reads as what it was', (t) => {
  const { db } = labelled(t, 5)
  const { run } = finishedRound(db)
  const { recipe } = runById(db, run).result!
  const old = Object.entries(recipe).filter(([name]) => !(name in defaultStepOptions))
  db.exec('DROP TRIGGER run_result_never_changes')
  db.prepare('UPDATE run_result SET recipe = ? WHERE run_id = ?').run(
    JSON.stringify(Object.fromEntries(old)),
    run,
  )
  assert.deepEqual(runById(db, run).result!.recipe, recipe)
})

test('a class without a label stops the run before it starts', (t) => {
  const { db, ids } = labelled(t, 5)
  setLabels(db, [{ text: ids[1]!, mark: { state: 'cleared' }, origin: 'human' }])
  assert.throws(() => startRun(db), { code: 'task.emptyClass', details: { names: ['差评'] } })
  assert.equal(db.prepare('SELECT count(*) FROM run').pluck().get(), 0)
})

test('held-out texts and texts close to them are in no run and in no pool', (t) => {
  const { db, ids } = labelled(t, 6)
  db.exec(`INSERT INTO heldout VALUES (4); INSERT INTO heldout_draw VALUES (1, 1, 1, 6, 1, 6);
           INSERT INTO heldout_neighbour VALUES (5, 4, 0.9)`)
  for (const text of [ids[3]!, ids[4]!]) {
    setLabels(db, [{ text, mark: { state: 'class', class: 'c1' }, origin: 'human' }])
  }
  const run = startRun(db)
  assert.deepEqual(
    items(db, run).map((item) => item.id),
    [1, 2],
  )
  assert.deepEqual(poolIds(db, run, 0, 100), [6])
})

test('the pool holds one text of each group of duplicates, and none that is labelled', (t) => {
  const { db } = labelled(t, 4)
  const { a } = db.prepare('SELECT a FROM text WHERE id = 1').get() as { a: string }
  addTexts(db, [`  ${a} `, '新的', '新的', '　新的'])
  assert.deepEqual(poolIds(db, startRun(db), 0, 100), [4, 6])
})

test('accepted and rejected proposals weigh less than labels, approved ones are gold', (t) => {
  const { db, ids } = labelled(t, 70)
  const { run } = finishedRound(db)
  propose(db, run, each(ids.slice(3), 1))
  const [rejected, approved] = db
    .prepare('SELECT id FROM proposal ORDER BY id')
    .pluck()
    .all() as ProposalId[]
  decide(db, [{ proposal: rejected!, verdict: { kind: 'reject' } }])
  decide(db, [{ proposal: approved!, verdict: { kind: 'approve' } }])
  acceptAll(db, run)
  const next = startRun(db, {
    parent: run,
    pseudo: { target: 'soft', acceptedWeight: 0.5, rejectedWeight: 0.3 },
  })
  assert.deepEqual(countRunTexts(db, next), { gold: 63, accepted: 5, rejected: 1 })
  const soft = items(db, next).find((item) => item.target.kind === 'soft')!
  assert.deepEqual([soft.weight, soft.gold], [0.5, false])
  const [p] = softProbabilities(soft)
  assert.ok(Math.abs(p! - 1 / (1 + Math.exp(-1))) < 1e-6)
  const not = items(db, next).find((item) => item.target.kind === 'not')!
  assert.deepEqual([not.target, not.weight], [{ kind: 'not', class: 0 }, 0.3])
  assert.deepEqual(countRunTexts(db, startRun(db, { parent: null })), {
    gold: 63,
    accepted: 0,
    rejected: 1,
  })
})

test('soft targets follow the order of the classes of the new run', (t) => {
  const { db, ids } = labelled(t, 70)
  const { run } = finishedRound(db)
  propose(db, run, each(ids.slice(3), 2))
  acceptAll(db, run)
  const task = saveTask(db, { ...twoClasses, classes: twoClasses.classes.toReversed() }, '')
  const pseudo = { target: 'soft', acceptedWeight: 0.5, rejectedWeight: 0.3 } as const
  const next = startRun(db, { parent: run, task, pseudo })
  const soft = items(db, next).find((item) => item.target.kind === 'soft')!
  const [, p] = softProbabilities(soft)
  assert.ok(Math.abs(p! - 1 / (1 + Math.exp(-2))) < 1e-6)
})

test('a soft target is what was proposed and accepted, not what the model said before correction', (t) => {
  const { db, ids } = labelled(t, 70)
  const { run } = finishedRound(db)
  const { task } = requireTask(db)
  const rest = ids.slice(3)
  const classes = task.classes.map((c) => c.id)
  const says = {
    logits: [1, 0],
    groups: [
      [-1, -2],
      [-1, -2],
    ],
    agreement: 1,
  }
  insertScores(
    db,
    { run, job: runById(db, run).job, classes },
    rest.map((id) => ({ id, ...says })),
  )
  const corrected = { class: 1, probabilities: [0.25, 0.75], score: 0.75, margin: 0.5 }
  insertProposals(
    db,
    run,
    task,
    rest.map((id) => ({ id, ...corrected, agrees: [true, true] })),
  )
  const [proposal] = openProposals(db, run, { minimumAgreement: 1 }, { limit: 1, offset: 0 })
  assert.deepEqual(
    [proposal!.class, proposal!.agreement, proposal!.groups.map(({ agrees }) => agrees)],
    [classes[1], 1, [true, true]],
  )
  acceptAll(db, run)
  const pseudo = { target: 'soft', acceptedWeight: 0.5, rejectedWeight: 0.3 } as const
  const next = startRun(db, { parent: run, pseudo })
  const soft = items(db, next).find((item) => item.target.kind === 'soft')!
  assert.deepEqual(softProbabilities(soft), [0.25, 0.75])
})

test('after a roll back, what a left-out round had accepted is not learnt from', (t) => {
  const { db, ids } = labelled(t, 200)
  const first = finishedRound(db)
  propose(db, first.run, each(ids.slice(3, 70), 1))
  acceptAll(db, first.run)
  const second = finishedRound(db, { parent: first.run })
  propose(db, second.run, each(ids.slice(70, 140), 1))
  acceptAll(db, second.run)
  const counts = (parent: RunId) => countRunTexts(db, startRun(db, { parent })).accepted
  assert.deepEqual([counts(first.run), counts(second.run)], [7, 17])

  const [audit] = auditsOf(db, second.run)
  keepRound(db, 1, 'chosen')
  assert.equal(roundInUse(db)?.number, 1)
  assert.throws(() => acceptAudited(db, audit!.id), {
    code: 'audit.leftOut',
    details: { audit: audit!.id, round: 2 },
  })
  keepRound(db, 2, 'chosen')
  assert.deepEqual(
    keepHistory(db).map((k) => k.round),
    [1, 2, 1, 2],
  )
  assert.throws(() => keepRound(db, 3, 'chosen'), { code: 'round.unknown' })
})

test('the held-out sample cannot be drawn once a run has taken its texts, whatever becomes of it', (t) => {
  const { db } = labelled(t, 50)
  startRun(db)
  const late = { code: 'heldout.tooLate', details: { runs: 1 } }
  assert.throws(() => drawHeldOut(db, { size: 10, seed: 1 }), late)
})

test('held-out labels that come after scoring count without scoring again', (t) => {
  const { db } = labelled(t, 50)
  drawHeldOut(db, { size: 10, seed: 1 })
  const held = heldOutIds(db)
  setLabels(
    db,
    [4, 5, 6, 7, 8].map((text) => {
      return {
        text: text as (typeof held)[number],
        mark: { state: 'class', class: text % 2 ? 'c1' : 'c2' },
        origin: 'human',
      }
    }),
  )
  const { run } = finishedRound(db)
  assert.equal(unscoredHeldOut(db, run), 10)
  propose(db, run, each(held, 1))
  assert.equal(unscoredHeldOut(db, run), 0)
  setLabels(
    db,
    held.map((text) => ({ text, mark: { state: 'none' }, origin: 'human' })),
  )
  setLabels(db, [{ text: held[0]!, mark: { state: 'class', class: 'c1' }, origin: 'human' }])
  const answers = heldOutAnswers(db, run)
  assert.equal(answers.length, 10)
  assert.deepEqual(answers[0], { text: held[0], actual: 'c1', predicted: 'c1' })
  assert.deepEqual(answers[1], { text: held[1], actual: null, predicted: 'c1' })
})
