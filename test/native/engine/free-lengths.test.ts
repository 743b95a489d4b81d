import assert from 'node:assert/strict'
import { test } from 'node:test'
import { floatData, floats } from '../../../engine/executor.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { layerNorm, linear } from '../../../engine/ir/compose.ts'
import type { Graph } from '../../../engine/ir/graph.ts'
import { ortExecutor, toOnnx, toStandardOnnx } from '../../../worker/ort.ts'

test('rows of unknown number can be stacked, computed as one batch and parted again', async () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', ['B', 'T'])
  const wide = b.concat([x, b.mul(b.reduceSum(x, [1], true), 2)], 1)
  const stacked = b.concat([wide, b.neg(wide)], 0)
  assert.deepEqual([...stacked.shape], ['2*B', 'T+1'])
  const last = b.gather(stacked, b.integers([-1]), 1)
  const parted = b.reshape(last, [2, 'B', 1])
  const y = b.gather(parted, b.integers([1], []))
  assert.deepEqual([...y.shape], ['B', 1])
  assert.throws(() => b.reshape(last, [3, 'B', 1]), /expected 2 x B/)

  const executor = ortExecutor({ threads: 1 })
  const program = await executor.compile({ outputs: { y } })
  for (const tokens of [1, 3]) {
    const out = await program.run({ x: floats([2, tokens], new Float32Array(2 * tokens).fill(1)) })
    assert.deepEqual([...floatData(out['y'])], [-2 * tokens, -2 * tokens])
  }
  await executor.dispose()
})

test('a file for other programs has operators of the ONNX standard only', () => {
  const graph = layer()
  const names = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
  assert.match(names(toOnnx(graph)), /com\.microsoft/)
  assert.doesNotMatch(names(toStandardOnnx(graph)), /com\.microsoft/)
  assert.match(names(toStandardOnnx(graph)), /LayerNormalization/)
})

function layer(): Graph {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', ['B', 4])
  const input = (name: string, ...shape: number[]) => b.input(name, 'float32', shape)
  const raised = linear(b, x, input('weight', 4, 4), input('bias', 4))
  return { outputs: { y: layerNorm(b, raised, input('scale', 4), input('shift', 4), 1e-5) } }
}
