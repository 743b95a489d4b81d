import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { integers, type Store } from '../../../engine/executor.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { ortExecutor } from '../../../worker/ort.ts'
import { tfjsExecutor } from '../../../worker/tfjs.ts'
import { differenceOf } from '../../fixtures/op-cases.ts'
import { otherLosses, tenSteps, tinyLogits } from '../../fixtures/tiny-training.ts'
import { cases } from './cases.ts'

await tf.setBackend('cpu')
const executor = tfjsExecutor(tf)

describe('ops', () => {
  for (const [op, list] of Object.entries(cases)) {
    test(`${op} on tfjs has the value of the reference`, async () => {
      for (const one of list) assert.ok((await differenceOf(executor, one)) <= 2e-6)
      assert.equal(tf.memory().numTensors, 0)
    })
  }
})

test('an index may count from the end', async () => {
  const b = new GraphBuilder()
  const data = b.constant('float32', [3], [5, 6, 7])
  const program = await executor.compile({
    outputs: { y: b.gather(data, b.input('i', 'int64', [2])) },
  })
  const { y } = await program.run({ i: integers([2], [-1, 0]) })
  assert.deepEqual([...y!.data], [7, 5])
  await assert.rejects(program.run({ i: integers([2], [2 ** 31, 0]) }), /beyond the integers/)
  await program.dispose()
  assert.equal(tf.memory().numTensors, 0)
})

test('steps of every plan, and scores, are on tfjs what they are on onnxruntime', async () => {
  const native = ortExecutor({ threads: 2 })
  for (const figures of [otherLosses, tinyLogits]) {
    const [got, expected] = [await figures(executor), await figures(native)]
    assert.equal(got.length, expected.length)
    for (const [i, row] of expected.entries()) {
      row.forEach((value, j) => assert.ok(Math.abs(value - got[i]![j]!) < 1e-3, `${i}: ${value}`))
    }
  }
  await native.dispose()
  assert.equal(tf.memory().numTensors, 0)
})

test('ten steps on tfjs have the losses of onnxruntime, and free what they held', async () => {
  const native = ortExecutor({ threads: 2 })
  const expected = await tenSteps(native)
  await native.dispose()
  const stores: Store[] = []
  const most = { tensors: 0 }
  const { losses } = await tenSteps({
    ...executor,
    async createStore(tensors) {
      stores.push(await executor.createStore(tensors))
      most.tensors = tf.memory().numTensors
      return stores[0]!
    },
  })
  losses.forEach((loss, i) =>
    assert.ok(Math.abs(loss - expected.losses[i]!) < 1e-3, `${loss} and ${expected.losses[i]}`),
  )
  assert.ok(most.tensors > 0)
  assert.equal(tf.memory().numTensors, 0)
})
