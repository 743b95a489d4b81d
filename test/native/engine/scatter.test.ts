import assert from 'node:assert/strict'
import { test } from 'node:test'
import { floatData, floats, integers } from '../../../engine/executor.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { evaluate } from '../../../engine/reference.ts'
import { ortExecutor } from '../../../worker/ort.ts'

test('two threads add every update to its row, in the same order each time', async () => {
  const [rows, width, updates] = [40, 64, 4096]
  const b = new GraphBuilder()
  const y = b.scatterAdd(
    b.input('data', 'float32', [rows, width]),
    b.input('rows', 'int64', [updates]),
    b.input('updates', 'float32', [updates, width]),
  )
  const feeds = {
    data: new Float32Array(rows * width),
    rows: Array.from({ length: updates }, (_, i) => (i * i) % 7),
    updates: Float32Array.from({ length: updates * width }, (_, i) => Math.fround(Math.sin(i))),
  }
  const executor = ortExecutor({ threads: 2 })
  const program = await executor.compile({ outputs: { y } })
  const tensors = {
    data: floats([rows, width], feeds.data),
    rows: integers([updates], feeds.rows),
    updates: floats([updates, width], feeds.updates),
  }
  const first = floatData((await program.run(tensors))['y'])
  for (let i = 0; i < 10; i++) assert.deepEqual(floatData((await program.run(tensors))['y']), first)
  const expected = evaluate({ outputs: { y } }, feeds)['y']!
  first.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-3))
  await executor.dispose()
})
