import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { AuditId, TextId } from '../../core/project.ts'
import {
  abandonAudit,
  acceptAudited,
  answerAudit,
  auditById,
  auditItems,
  countAuditLeft,
  createAudit,
} from '../../main/store/audits.ts'
import type { WritableDb } from '../../main/store/database.ts'
import { countOutdated, decide } from '../../main/store/decisions.ts'
import { allLabels, setLabels } from '../../main/store/labels.ts'
import {
  countOpenProposals,
  openProposalIds,
  openProposals,
  proposalById,
  proposalCounts,
} from '../../main/store/proposals.ts'
import { saveTask } from '../../main/store/tasks.ts'
import { undo } from '../../main/store/undo.ts'
import { finishedRound, propose } from './temp-run.ts'
import { fill, reopen, tempProject, twoClasses } from './temp-project.ts'

/** A round with `n` open proposals of class c1, rising in score. */
function proposed(t: TestContext, n: number) {
  const project = tempProject(t)
  const db = project.writable
  const ids = fill(db, n + 2)
  setLabels(db, [
    { text: ids[0]!, mark: { state: 'class', class: 'c1' }, origin: 'human' },
    { text: ids[1]!, mark: { state: 'class', class: 'c2' }, origin: 'human' },
  ])
  const { run } = finishedRound(db)
  propose(db, run, Object.fromEntries(ids.slice(2).map((id, i) => [id, 1 + i / n])))
  return { project, db, run }
}

/** Counts how often statements that write are run from now on, on a fresh connection. */
function countRuns(db: WritableDb): () => number {
  const prepare = db.prepare.bind(db)
  let runs = 0
  db.prepare = ((text: string) => {
    const statement = prepare(text)
    const run = statement.run.bind(statement)
    return Object.assign(statement, { run: (...values: unknown[]) => (runs++, run(...values)) })
  }) as typeof db.prepare
  return () => runs
}

/** Answers the whole sample, the first `wrong` texts with the other class. */
function answerAll(db: WritableDb, audit: AuditId, wrong: number): void {
  auditItems(db, audit).forEach(({ text }, i) => answer(db, audit, text, i < wrong ? 'c2' : 'c1'))
}

function answer(db: WritableDb, audit: AuditId, text: TextId, classId: string): void {
  answerAudit(db, audit, [{ text, answer: { state: 'class', class: classId } }])
}

const usual = { filter: {}, threshold: 0.9, size: 120 } as const

test('an audit draws its sample before the first answer and the sample stays', (t) => {
  const { db, run } = proposed(t, 300)
  const audit = createAudit(db, { run, ...usual })
  assert.deepEqual([audit.n, audit.population, audit.state], [120, 300, 'open'])
  const sample = auditItems(db, audit.id).map((item) => item.text)
  answer(db, audit.id, sample[3]!, 'c1')
  assert.deepEqual(
    auditItems(db, audit.id).map((item) => item.text),
    sample,
  )
  assert.equal(new Set(sample).size, 120)
})

test('the set of an audit is written in as many steps when it is larger', (t) => {
  const steps = [70, 300].map((n) => {
    const { project, run } = proposed(t, n)
    const db = reopen(t, project)
    const count = countRuns(db)
    const { id, population } = createAudit(db, { run, filter: {}, threshold: 0.9, size: 60 })
    assert.equal(population, n)
    assert.equal(auditItems(db, id).length, 60)
    return count()
  })
  assert.equal(steps[0], steps[1])
})

test('5 errors of 120 pass at 90 %, 6 fail (Wilson lower bound), and nothing is decided before', (t) => {
  const outcomes = [5, 6].map((wrong) => {
    const { db, run } = proposed(t, 300)
    const audit = createAudit(db, { run, ...usual })
    const items = auditItems(db, audit.id)
    items.slice(0, -1).forEach(({ text }, i) => answer(db, audit.id, text, i < wrong ? 'c2' : 'c1'))
    const before = auditById(db, audit.id).state
    answer(db, audit.id, items.at(-1)!.text, 'c1')
    return [before, auditById(db, audit.id).state]
  })
  assert.deepEqual(outcomes, [
    ['open', 'passed'],
    ['open', 'failed'],
  ])
})

test('a filter smaller than the sample is audited whole, and its precision is exact', (t) => {
  const { db, run } = proposed(t, 20)
  const audit = createAudit(db, { run, ...usual })
  answerAll(db, audit.id, 2)
  const { state, precision, n } = auditById(db, audit.id)
  assert.deepEqual([n, state], [20, 'passed'])
  assert.deepEqual(precision, { successes: 18, n: 20, value: 0.9, low: 0.9, high: 0.9 })
})

test('audited texts become gold labels, also those that belong to no class', (t) => {
  const { db, run } = proposed(t, 3)
  const audit = createAudit(db, { run, ...usual })
  const [x, y, z] = auditItems(db, audit.id).map((item) => item.text)
  answer(db, audit.id, x!, 'c1')
  answer(db, audit.id, y!, 'c2')
  answerAudit(db, audit.id, [{ text: z!, answer: { state: 'none' } }])
  const labels = new Map(allLabels(db).map((label) => [label.text, label]))
  assert.deepEqual(
    [x, y, z].map((text) => [labels.get(text!)?.answer, labels.get(text!)?.origin]),
    [
      [{ state: 'class', class: 'c1' }, 'audited'],
      [{ state: 'class', class: 'c2' }, 'audited'],
      [{ state: 'none' }, 'audited'],
    ],
  )
  assert.equal(auditById(db, audit.id).precision.successes, 1)
})

test('after a passed audit the rest is accepted in one action, without making labels', (t) => {
  const { db, run } = proposed(t, 200)
  const audit = createAudit(db, { run, filter: {}, threshold: 0.9, size: 60 })
  assert.throws(() => acceptAudited(db, audit.id), { code: 'audit.notPassed' })
  answerAll(db, audit.id, 0)
  const labels = allLabels(db).length
  assert.equal(acceptAudited(db, audit.id)?.changes, 140)
  assert.equal(allLabels(db).length, labels)
  assert.deepEqual(proposalCounts(db, run), [
    { class: 'c1', decision: 'approved', decidedBy: 'bulk', count: 140 },
    { class: 'c1', decision: 'approved', decidedBy: 'human', count: 60 },
  ])
  undo(db)
  assert.equal(openProposalIds(db, run, {}).length, 140)
})

test('only what the audited filter held is accepted', (t) => {
  const { db, run } = proposed(t, 200)
  const [first] = openProposalIds(db, run, {})
  decide(db, [{ proposal: first!, verdict: { kind: 'reject' } }])
  const audit = createAudit(db, { run, filter: {}, threshold: 0.9, size: 60 })
  answerAll(db, audit.id, 0)
  decide(db, [{ proposal: first!, verdict: { kind: 'reopen' } }])
  assert.equal(acceptAudited(db, audit.id)?.changes, 139)
  assert.deepEqual(openProposalIds(db, run, {}), [first])
})

test('a failed filter stays locked until it is narrowed or a new run proposes', (t) => {
  const { db, run } = proposed(t, 300)
  const filter = { minimumScore: 0.78 }
  const audit = createAudit(db, { run, filter, threshold: 0.9, size: 60 })
  answerAll(db, audit.id, 30)
  assert.equal(auditById(db, audit.id).state, 'failed')
  const locked = { code: 'audit.locked', details: { audit: audit.id } }
  assert.throws(() => createAudit(db, { run, filter, threshold: 0.7, size: 60 }), locked)
  assert.throws(() => createAudit(db, { run, filter: {}, threshold: 0.9, size: 60 }), locked)
  const narrower = createAudit(db, {
    run,
    filter: { minimumScore: 0.85 },
    threshold: 0.9,
    size: 60,
  })
  abandonAudit(db, narrower.id)

  const next = finishedRound(db, { parent: run })
  propose(db, next.run, Object.fromEntries(Array.from({ length: 99 }, (_, i) => [200 + i, 1])))
  createAudit(db, { run: next.run, filter: {}, threshold: 0.9, size: 60 })
})

test('an audit that is given up counts as failed', (t) => {
  const { db, run } = proposed(t, 100)
  const audit = createAudit(db, { run, ...usual, size: 60 })
  assert.throws(() => createAudit(db, { run, ...usual }), {
    code: 'audit.open',
    details: { audit: audit.id, left: 60 },
  })
  assert.equal(abandonAudit(db, audit.id).state, 'failed')
  assert.throws(() => createAudit(db, { run, ...usual }), { code: 'audit.locked' })
})

test('undoing the last answer opens the audit again', (t) => {
  const { db, run } = proposed(t, 100)
  const audit = createAudit(db, { run, ...usual, size: 60 })
  answerAll(db, audit.id, 0)
  assert.equal(auditById(db, audit.id).state, 'passed')
  const { text } = auditItems(db, audit.id)[0]!
  const again = [{ text, answer: { state: 'none' } as const }]
  assert.throws(() => answerAudit(db, audit.id, again), { code: 'audit.closed' })
  undo(db)
  const { state, answered } = auditById(db, audit.id)
  assert.deepEqual([state, answered], ['open', 59])
})

test('the same answer given twice counts once, and two different ones change nothing', (t) => {
  const { db, run } = proposed(t, 100)
  const audit = createAudit(db, { run, ...usual, size: 60 })
  const { text } = auditItems(db, audit.id)[0]!
  const yes = { text, answer: { state: 'class', class: 'c1' } } as const
  const no = { text, answer: { state: 'none' } } as const
  assert.throws(() => answerAudit(db, audit.id, [yes, no]), { code: 'text.contradiction' })
  assert.equal(answerAudit(db, audit.id, [yes, yes])?.changes, 1)
  assert.equal(auditById(db, audit.id).answered, 1)
})

test('a failed audit is not opened again by undo once a later one was drawn', (t) => {
  const { db, run } = proposed(t, 300)
  const failed = createAudit(db, { run, ...usual, size: 60 })
  answerAll(db, failed.id, 30)
  const later = createAudit(db, { run, ...usual, filter: { minimumScore: 0.85 }, size: 60 })
  answer(db, later.id, auditItems(db, later.id)[0]!.text, 'c1')
  undo(db)
  assert.equal(auditById(db, later.id).answered, 0)
  assert.throws(() => undo(db), {
    code: 'audit.decidedOn',
    details: { audit: failed.id, later: later.id },
  })
  assert.equal(auditById(db, failed.id).state, 'failed')
})

test('proposals of a class that has left the task, or found wrong, are not accepted', (t) => {
  const { db, run } = proposed(t, 200)
  db.exec(`UPDATE proposal SET class_id = 'c2' WHERE id > 190`)
  const audit = createAudit(db, { run, ...usual, size: 60 })
  const items = auditItems(db, audit.id)
  const wrong = items.find((item) => item.class === 'c1')!
  for (const { text, class: c } of items) answer(db, audit.id, text, text === wrong.text ? 'c2' : c)
  const marked = allLabels(db).filter(({ text, answer: a }) => {
    return text === wrong.text || (a.state === 'class' && a.class === 'c2')
  })
  const clear = ({ text }: { text: TextId }) => {
    return { text, mark: { state: 'cleared' }, origin: 'human' } as const
  }
  setLabels(db, marked.map(clear))
  const [first, ...rest] = twoClasses.classes
  const classes = [first!, ...rest.map((c) => ({ ...c, id: 'c3', name: '中评' }))]
  const groups = [{ name: '甲', words: { c1: '好', c3: '平' } }]
  saveTask(db, { ...twoClasses, classes, groups }, '')
  const open = openProposalIds(db, run, {}).length
  const accepted = acceptAudited(db, audit.id)!.changes
  assert.equal(countOutdated(db, audit.id), 10)
  assert.deepEqual([open - accepted, openProposalIds(db, run, {}).length], [11, 11])
  assert.equal(proposalById(db, wrong.proposal)!.decision, 'pending')
})

test('a sampled text is answered in the audit, not beside it', (t) => {
  const { db, run } = proposed(t, 100)
  const audit = createAudit(db, { run, ...usual, size: 60 })
  const item = auditItems(db, audit.id)[0]!
  const verdict = { kind: 'approve' } as const
  assert.throws(() => decide(db, [{ proposal: item.proposal, verdict }]), {
    code: 'review.inAudit',
  })
  const outside = openProposalIds(db, run, {}).find(
    (id) => !auditItems(db, audit.id).some((other) => other.proposal === id),
  )
  decide(db, [{ proposal: outside!, verdict }])
})

test('the queue leaves out the sample of an open audit, so that it is answered blind', (t) => {
  const { db, run } = proposed(t, 100)
  const audit = createAudit(db, { run, ...usual, size: 60 })
  const sample = new Set(auditItems(db, audit.id).map((item) => item.proposal))
  const queue = () => openProposals(db, run, {}, { limit: 200, offset: 0 }).map(({ id }) => id)
  assert.equal(queue().length, 40)
  assert.ok(queue().every((id) => !sample.has(id)))
  assert.equal(countOpenProposals(db, run, {}), 100)
  abandonAudit(db, audit.id)
  assert.equal(queue().length, 100)
})

test('what is left of an audited set is what accepting it would decide', (t) => {
  const { db, run } = proposed(t, 200)
  const audit = createAudit(db, { run, filter: {}, threshold: 0.9, size: 60 })
  assert.equal(countAuditLeft(db, audit.id), 200)
  answerAll(db, audit.id, 1)
  const [first] = openProposalIds(db, run, {})
  decide(db, [{ proposal: first!, verdict: { kind: 'reject' } }])
  assert.equal(countAuditLeft(db, audit.id), 139)
  assert.equal(acceptAudited(db, audit.id)?.changes, 139)
  assert.equal(countAuditLeft(db, audit.id), 0)
})

test('thresholds below the floor and empty filters are refused', (t) => {
  const { db, run } = proposed(t, 10)
  assert.throws(() => createAudit(db, { run, ...usual, threshold: 0.69 }), {
    code: 'audit.threshold',
  })
  const empty = { ...usual, filter: { class: 'c2' } }
  assert.throws(() => createAudit(db, { run, ...empty }), { code: 'audit.empty' })
})
