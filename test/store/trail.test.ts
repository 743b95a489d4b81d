import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mark, TextId } from '../../core/project.ts'
import { modelView } from '../../main/services/model-view.ts'
import { drawHeldOut } from '../../main/store/held-out.ts'
import { setLabels, type LabelEdit } from '../../main/store/labels.ts'
import { decide } from '../../main/store/decisions.ts'
import { openProposals } from '../../main/store/proposals.ts'
import { textById } from '../../main/store/texts.ts'
import { labelTrail, withText } from '../../main/store/trail.ts'
import { undo } from '../../main/store/undo.ts'
import { fill, tempProject } from './temp-project.ts'
import { finishedRound, propose } from './temp-run.ts'

const edit = (text: TextId, mark: Mark): LabelEdit => ({ text, mark, origin: 'human' })
const isClass = (id: string): Mark => ({ state: 'class', class: id })
const none: Mark = { state: 'none' }

test('the trail tells what can be undone, the newest first, with text and mark', (t) => {
  const { writable: db } = tempProject(t)
  const ids = fill(db, 5)
  const [first, second, third] = ids as [TextId, TextId, TextId]
  setLabels(db, [edit(first, isClass('c1'))])
  setLabels(db, [edit(second, none)])
  setLabels(db, [edit(third, isClass('c2')), edit(second, isClass('c2'))])
  setLabels(db, [edit(first, { state: 'cleared' })])
  undo(db)
  const { entries, undoable, redoable } = labelTrail(db, 2)
  assert.deepEqual([undoable, redoable], [3, 1])
  assert.deepEqual(
    entries.map(({ text, mark, changes }) => [text.id, mark, changes]),
    [
      [second, isClass('c2'), 2],
      [second, none, 1],
    ],
  )
  assert.deepEqual(entries[0]!.text.label, isClass('c2'))
})

test('what is undone comes back with its text as it is then', (t) => {
  const { writable: db } = tempProject(t)
  const [first] = fill(db, 2) as [TextId]
  setLabels(db, [edit(first, isClass('c1'))])
  setLabels(db, [edit(first, isClass('c2'))])
  const { text, mark, state } = withText(db, undo(db)!)
  assert.deepEqual(
    [text.id, text.label, mark, state],
    [first, isClass('c1'), isClass('c2'), 'undone'],
  )
})

test('a decision that labelled nothing stands in the trail with its text', (t) => {
  const { writable: db } = tempProject(t)
  const ids = fill(db, 4) as [TextId, TextId]
  setLabels(db, [edit(ids[0], isClass('c1')), edit(ids[1], isClass('c2'))])
  const { run } = finishedRound(db)
  propose(db, run, { 3: 2, 4: -1 })
  const [proposal] = openProposals(db, run, {}, { offset: 0, limit: 1 })
  decide(db, [{ proposal: proposal!.id, verdict: { kind: 'reject' } }])
  const [entry] = labelTrail(db, 1).entries
  assert.deepEqual([entry!.action, entry!.text.id, entry!.mark], ['reject', proposal!.text, null])
})

test('the model has a view of what it has scored, and none of what is held out', (t) => {
  const { writable: db } = tempProject(t)
  const ids = fill(db, 6)
  drawHeldOut(db, { size: 1, seed: 1 })
  const open = ids.filter((id) => !textById(db, id).heldOut)
  setLabels(db, [edit(open[0]!, isClass('c1')), edit(open[1]!, isClass('c2'))])
  const { run } = finishedRound(db)
  propose(db, run, Object.fromEntries(ids.map((id) => [id, -Math.log(3)])))
  const heldOut = ids.find((id) => !open.includes(id))!
  assert.equal(modelView(db, heldOut), null)
  const view = modelView(db, open[2]!)!
  assert.deepEqual(
    [view.round, view.classes.map((c) => [c.class, Number(c.probability.toFixed(4))])],
    [
      1,
      [
        ['c2', 0.75],
        ['c1', 0.25],
      ],
    ],
  )
})
