import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cardData } from '../../main/export/card-data.ts'
import { modelCard } from '../../main/export/model-card.ts'
import { decide } from '../../main/store/decisions.ts'
import { setLabels } from '../../main/store/labels.ts'
import { proposalForText } from '../../main/store/proposals.ts'
import { runById } from '../../main/store/runs.ts'
import { insertScores } from '../../main/store/scores.ts'
import { runProvenance } from '../../main/store/provenance.ts'
import { each, finishedRound, propose } from './temp-run.ts'
import { fill, tempProject } from './temp-project.ts'

/** Two labels by hand, a round, then an approval and a rejection, and the round made of all that. */
function secondRound(t: Parameters<typeof tempProject>[0], texts = 8) {
  const db = tempProject(t).writable
  const ids = fill(db, texts)
  setLabels(db, [
    { text: ids[0]!, mark: { state: 'class', class: 'c1' }, origin: 'human' },
    { text: ids[1]!, mark: { state: 'class', class: 'c2' }, origin: 'file' },
  ])
  const first = finishedRound(db)
  propose(db, first.run, each(ids.slice(2, 8), 1))
  const proposal = (i: number) => proposalForText(db, ids[i]!, first.run)!
  decide(db, [
    { proposal: proposal(2), verdict: { kind: 'approve' } },
    { proposal: proposal(3), verdict: { kind: 'reject' } },
  ])
  return { db, ids, round: finishedRound(db, { parent: first.run }) }
}

test('every training text is counted once, by class and by where the class comes from', (t) => {
  const { db, ids, round } = secondRound(t)
  const expected = [
    { class: 'c1', source: 'approved', count: 1 },
    { class: 'c1', source: 'human', count: 1 },
    { class: 'c1', source: 'rejected', count: 1 },
    { class: 'c2', source: 'file', count: 1 },
  ]
  assert.deepEqual(runProvenance(db, round.run), expected)
  setLabels(db, [{ text: ids[1]!, mark: { state: 'cleared' }, origin: 'human' }])
  assert.deepEqual(runProvenance(db, round.run), [
    ...expected.slice(0, 3),
    { class: 'c2', source: 'withdrawn', count: 1 },
  ])
})

test('the model card of a round is written from the project alone', async (t) => {
  const { db, round } = secondRound(t)
  const parity = [
    {
      runtime: 'onnxruntime-node',
      state: 'agreed' as const,
      texts: 9,
      leftOut: 0,
      worst: 1e-6,
      note: 'logits',
    },
  ]
  const result = { kind: 'export', files: [], parity, int8Parity: [], modelMaxLength: 58 } as const
  const exportedAt = new Date('2026-03-04T00:00:00Z')
  const text = modelCard(
    await cardData(db, round, { temperature: 1, exportedAt, result, int8: null }),
  )
  assert.match(text, /第 2 轮/)
  assert.match(
    text,
    /labels \(3\), proposals approved in bulk \(0\) and answers "not this class" \(1\)/,
  )
  assert.match(text, /留出集只标注了 0 条/)
  assert.match(text, /Shiliu \d+\.\d+\.\d+/)
})

test('a card says how many rounds were measured, not how many there were', async (t) => {
  const { db, ids, round } = secondRound(t, 80)
  const held = ids.slice(20, 75)
  db.prepare(`INSERT INTO heldout SELECT value FROM json_each(?)`).run(JSON.stringify(held))
  setLabels(
    db,
    held.map((text) => ({ text, mark: { state: 'class', class: 'c1' }, origin: 'human' })),
  )
  const classes = ['c1', 'c2']
  const scores = held.map((id) => ({ id, logits: [1, 0], groups: [[1, 0]], agreement: 1 }))
  insertScores(db, { run: round.run, job: runById(db, round.run).job, classes }, scores)
  const result = {
    kind: 'export',
    files: [],
    parity: [],
    int8Parity: [],
    modelMaxLength: 58,
  } as const
  const details = { temperature: 1, exportedAt: new Date(0), result, int8: null }
  const { heldOut } = await cardData(db, round, details)
  assert.deepEqual([heldOut.n, heldOut.accuracy?.value, heldOut.compared], [55, 1, 1])
})
