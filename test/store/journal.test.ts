import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mark, TextId } from '../../core/project.ts'
import { Stream } from '../../core/random.ts'
import { allLabels, labelCounts, setLabels, type LabelEdit } from '../../main/store/labels.ts'
import { journal } from '../../main/store/journal.ts'
import { saveTask } from '../../main/store/tasks.ts'
import { redo, undo } from '../../main/store/undo.ts'
import type { ReadableDb } from '../../main/store/database.ts'
import { openProject } from '../../main/store/open.ts'
import { fill, tempProject, twoClasses } from './temp-project.ts'

const edit = (text: TextId, mark: Mark): LabelEdit => ({ text, mark, origin: 'human' })
const isClass = (id: string): Mark => ({ state: 'class', class: id })
const none: Mark = { state: 'none' }
const cleared: Mark = { state: 'cleared' }

/** The labels as a plain map, the form of the model that the store is compared with. */
type Labels = Record<number, string>
function labelsIn(db: ReadableDb): Labels {
  return Object.fromEntries(
    allLabels(db).map(({ text, answer }) => [
      text,
      answer.state === 'class' ? answer.class : 'none',
    ]),
  )
}

test('a label is set, changed, cleared, undone and redone', (t) => {
  const { writable: db } = tempProject(t)
  const [first] = fill(db, 3)
  setLabels(db, [edit(first!, isClass('c1'))])
  setLabels(db, [edit(first!, none)])
  setLabels(db, [edit(first!, cleared)])
  const seen = [labelsIn(db)]
  for (let i = 0; i < 3; i++) {
    undo(db)
    seen.push(labelsIn(db))
  }
  assert.equal(undo(db), null)
  for (let i = 0; i < 3; i++) {
    redo(db)
    seen.push(labelsIn(db))
  }
  assert.equal(redo(db), null)
  assert.deepEqual(seen, [{}, { 1: 'none' }, { 1: 'c1' }, {}, { 1: 'c1' }, { 1: 'none' }, {}])
})

test('a bulk action is one entry, and one undo takes all of it back', (t) => {
  const { writable: db } = tempProject(t)
  const ids = fill(db, 5000)
  const entry = setLabels(
    db,
    ids.map((id) => edit(id, isClass('c2'))),
  )
  assert.equal(entry?.changes, 5000)
  assert.deepEqual(labelCounts(db), [{ class: 'c2', train: 5000, heldOut: 0 }])
  undo(db)
  assert.deepEqual(labelsIn(db), {})
  assert.deepEqual(
    journal(db, 5).map((e) => [e.action, e.state, e.changes]),
    [['label', 'undone', 5000]],
  )
})

test('a label that changes nothing makes no entry and keeps what can be redone', (t) => {
  const { writable: db } = tempProject(t)
  const [first, second] = fill(db, 2)
  setLabels(db, [edit(first!, isClass('c1'))])
  setLabels(db, [edit(second!, isClass('c1'))])
  undo(db)
  assert.equal(setLabels(db, [edit(first!, isClass('c1')), edit(second!, cleared)]), null)
  assert.notEqual(redo(db), null)
})

test('one unknown text or class in a bulk action changes no label at all', (t) => {
  const { writable: db } = tempProject(t)
  const [first] = fill(db, 2)
  const wrongText = [edit(first!, isClass('c1')), edit(99 as TextId, isClass('c1'))]
  assert.throws(() => setLabels(db, wrongText), { code: 'text.unknown', details: { ids: [99] } })
  const wrongClass = [edit(first!, isClass('c1')), edit(first!, isClass('好评'))]
  assert.throws(() => setLabels(db, wrongClass), { code: 'task.unknownClass' })
  assert.deepEqual([labelsIn(db), journal(db, 5)], [{}, []])
})

test('the same label given twice counts once, and two different ones change nothing', (t) => {
  const { writable: db } = tempProject(t)
  const [first] = fill(db, 2)
  const contrary = [edit(first!, isClass('c1')), edit(first!, isClass('c2'))]
  assert.throws(() => setLabels(db, contrary), {
    code: 'text.contradiction',
    details: { id: first },
  })
  const twice = [edit(first!, isClass('c1')), edit(first!, isClass('c1'))]
  assert.equal(setLabels(db, twice)?.changes, 1)
  assert.deepEqual(labelsIn(db), { 1: 'c1' })
})

test('undo does not bring back a class that has left the task', (t) => {
  const { writable: db } = tempProject(t)
  const [first] = fill(db, 2)
  setLabels(db, [edit(first!, isClass('c2'))])
  setLabels(db, [edit(first!, isClass('c1'))])
  const third = { id: 'c3', name: '中评' }
  const words = { c1: '好', c3: '平' }
  const task = {
    ...twoClasses,
    classes: [twoClasses.classes[0]!, third],
    groups: [{ name: '甲', words }],
  }
  saveTask(db, task, '')
  assert.throws(() => undo(db), { code: 'task.classGone', details: { name: '差评' } })
  assert.deepEqual(labelsIn(db), { 1: 'c1' })
})

test('a class that labels use cannot leave the task', (t) => {
  const { writable: db } = tempProject(t)
  const [first] = fill(db, 2)
  setLabels(db, [edit(first!, isClass('c2'))])
  const task = { ...twoClasses, classes: [twoClasses.classes[0]!] }
  assert.throws(() => saveTask(db, task, ''), { code: 'task.classInUse' })
})

for (let seed = 0; seed < 12; seed++) {
  test(`any sequence of labels, undo, redo and restarts agrees with a plain history (seed ${seed})`, (t) => {
    let project = tempProject(t) as ReturnType<typeof openProject>
    const ids = fill(project.writable!, 12)
    const stream = new Stream(seed, 'journal')
    const history: Labels[] = [{}]
    let now = 0
    const marks: Mark[] = [isClass('c1'), isClass('c2'), none, cleared]
    for (let step = 0; step < 120; step++) {
      const db = project.writable!
      const what = stream.below(10)
      if (what < 5) {
        const chosen = stream.sample(ids, what < 3 ? 1 : 1 + stream.below(12))
        const edits = chosen.map((id) => edit(id, marks[stream.below(4)]!))
        const next = applied(history[now]!, edits)
        const entry = setLabels(db, edits)
        const isChange = JSON.stringify(next) !== JSON.stringify(history[now])
        assert.equal(entry !== null, isChange)
        if (isChange) history.splice(++now, Infinity, next)
      } else if (what < 7) {
        assert.equal(undo(db) !== null, now > 0)
        now = Math.max(0, now - 1)
      } else if (what < 9) {
        assert.equal(redo(db) !== null, now < history.length - 1)
        now = Math.min(history.length - 1, now + 1)
      } else {
        project.close()
        project = openProject(project.path, 'write')
        t.after(() => project.close())
      }
      assert.deepEqual(labelsIn(project.db), history[now])
    }
  })
}

function applied(labels: Labels, edits: readonly LabelEdit[]): Labels {
  const next = { ...labels }
  for (const { text, mark } of edits) {
    if (mark.state === 'cleared') delete next[text]
    else next[text] = mark.state === 'class' ? mark.class : 'none'
  }
  return next
}
