import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawHeldOut, heldOutDraw } from '../../main/store/held-out.ts'
import { NeighbourScan, countNeighbours } from '../../main/store/neighbours.ts'
import { heldOutIds } from '../../main/store/pool.ts'
import { addTexts, fill, tempProject } from './temp-project.ts'

test('the held-out sample is drawn once, of the asked size, and the same for the same seed', (t) => {
  const samples = [1, 1, 2].map((seed) => {
    const { writable: db } = tempProject(t)
    fill(db, 300)
    drawHeldOut(db, { size: 100, seed })
    assert.throws(() => drawHeldOut(db, { size: 100, seed }), { code: 'heldout.drawn' })
    assert.equal(heldOutDraw(db)?.ofTexts, 300)
    return heldOutIds(db)
  })
  assert.equal(new Set(samples[0]).size, 100)
  assert.deepEqual(samples[0], samples[1])
  assert.notDeepEqual(samples[0], samples[2])
})

test('a sample as large as the project is refused', (t) => {
  const { writable: db } = tempProject(t)
  fill(db, 10)
  assert.throws(() => drawHeldOut(db, { size: 10, seed: 1 }), { code: 'heldout.tooFew' })
})

test('exact and near-duplicates of held-out texts are found, also in later imports', (t) => {
  const { writable: db } = tempProject(t)
  const long = '这家酒店的服务非常周到，早餐种类丰富，下次来还会选择这里入住'
  fill(db, [long, '好', '物流很快，包装完好，非常满意的一次购物体验', '差'])
  db.exec(`INSERT INTO heldout VALUES (1), (2);
           INSERT INTO heldout_draw VALUES (1, 1, 2, 4, 1, 0)`)
  addTexts(db, [`${long}！`, long.replace('早餐', '晚餐'), '好。', '好吃', `${long}${long}`])
  const scan = new NeighbourScan(db)
  while (scan.scan(2));
  assert.deepEqual(
    db
      .prepare('SELECT text_id, heldout_id, similarity >= 0.8 AS near FROM heldout_neighbour')
      .all(),
    [
      { text_id: 5, heldout_id: 1, near: 1 },
      { text_id: 7, heldout_id: 2, near: 1 },
      { text_id: 9, heldout_id: 1, near: 1 },
    ],
  )
  assert.equal(countNeighbours(db), 3)
})
