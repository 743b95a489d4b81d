import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TextId } from '../../core/project.ts'
import { setLabels } from '../../main/store/labels.ts'
import { textsToLabel } from '../../main/store/queue.ts'
import { scoredClasses } from '../../main/store/scores.ts'
import { plansOf } from './query-plan.ts'
import { each, finishedRound, propose } from './temp-run.ts'
import { fill, reopen, tempProject } from './temp-project.ts'

function scored(t: Parameters<typeof tempProject>[0]) {
  const project = tempProject(t)
  const db = project.writable
  const ids = fill(db, 6)
  setLabels(db, [
    { text: ids[0]!, mark: { state: 'class', class: 'c1' }, origin: 'human' },
    { text: ids[1]!, mark: { state: 'class', class: 'c2' }, origin: 'human' },
  ])
  return { project, db, ids, run: finishedRound(db).run }
}

const options = { scope: 'train', limit: 10, skip: [] } as const

test('the least certain texts come first, and before any score the order is random', (t) => {
  const { db, ids, run } = scored(t)
  const order = (of: typeof run | null) =>
    textsToLabel(db, { ...options, run: of }).map((text) => text.id)
  assert.deepEqual(order(run), order(null))
  assert.equal(order(run).length, 4)
  propose(db, run, { [ids[2]!]: 3, [ids[3]!]: -0.1, [ids[4]!]: 1 })
  assert.deepEqual(order(run), [ids[3], ids[4], ids[2]])
})

test('a random order stays random, and the same, however many texts are labelled', (t) => {
  const { writable: db } = tempProject(t)
  const ids = fill(db, 2600)
  const queue = () => textsToLabel(db, { ...options, run: null, limit: 2600 }).map(({ id }) => id)
  const order = queue()
  assert.deepEqual(
    [...order].sort((x, y) => x - y),
    ids,
  )
  const label = (texts: readonly TextId[]) =>
    setLabels(
      db,
      texts.map((text) => ({ text, mark: { state: 'none' }, origin: 'human' })),
    )
  label(order.slice(0, 1300))
  assert.deepEqual(queue(), order.slice(1300))
  label(order.slice(1300, 2500))
  const rest = textsToLabel(db, { ...options, run: null, limit: 50 }).map(({ id }) => id)
  assert.deepEqual(rest, order.slice(2500, 2550))
  assert.notDeepEqual(
    rest,
    [...rest].sort((x, y) => x - y),
  )
})

test('uncertain texts are read in the order of an index, however many scores there are', (t) => {
  const { project, run } = scored(t)
  const db = reopen(t, project)
  const plans = plansOf(db, () => textsToLabel(db, { ...options, run }))
  const plan = plans.find((steps) => steps.some((step) => step.includes('score')))!
  assert.match(plan[0]!, /^SEARCH score USING (COVERING )?INDEX score_by_margin \(run_id=\?\)$/)
  assert.equal(
    plan.some((step) => step.includes('TEMP B-TREE')),
    false,
  )
})

test('how many texts a run puts into each class is kept, also when a text is scored again', (t) => {
  const { project, db, ids, run } = scored(t)
  propose(db, run, each(ids.slice(2), 1))
  assert.deepEqual(scoredClasses(db, run), [{ class: 'c1', count: 4 }])
  propose(db, run, each(ids.slice(2, 4), -1))
  assert.deepEqual(scoredClasses(db, run), [
    { class: 'c1', count: 2 },
    { class: 'c2', count: 2 },
  ])
  const again = reopen(t, project)
  const [plan] = plansOf(again, () => scoredClasses(again, run))
  assert.deepEqual(plan, ['SEARCH run_class USING PRIMARY KEY (run_id=?)'])
})
