import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { Stream } from '../../../core/random.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { linear } from '../../../engine/ir/compose.ts'
import type { Graph } from '../../../engine/ir/graph.ts'
import { emitOnnx } from '../../../engine/onnx/emit.ts'
import { evaluate } from '../../../engine/reference.ts'
import { quantizeWeights } from '../../../engine/rewrite/int8.ts'
import { toStandardOnnx } from '../../../worker/ort.ts'

const [rows, inner, columns] = [5, 37, 19]
const stream = new Stream(5, 'int8')
const draw = (n: number, scale = 1) =>
  Float32Array.from({ length: n }, () => scale * stream.gaussian())

/** y: a dense layer of its input. z: rows of the same weights, times a matrix as it stands. */
function layers(): Graph {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [rows, inner])
  const weight = b.constant('float32', [columns, inner], draw(columns * inner, 0.1), 'weight')
  const y = linear(b, x, weight, b.constant('float32', [columns], draw(columns), 'bias'))
  const picked = b.gather(weight, b.input('ids', 'int64', [4]))
  const z = b.matMul(picked, b.constant('float32', [inner, 3], draw(inner * 3), 'plain'))
  return { outputs: { y, z } }
}
const feeds = {
  x: new Tensor('float32', draw(rows * inner), [rows, inner]),
  ids: new Tensor('int64', BigInt64Array.of(3n, 0n, 18n, 3n), [4]),
}
const plainFeeds = { x: feeds.x.data as Float32Array, ids: [3, 0, 18, 3] }

test('onnxruntime gives the value that the reference gives the quantized graph', async () => {
  const graph = quantizeWeights(new GraphBuilder(), layers())
  const expected = evaluate(graph, plainFeeds)
  for (const graphOptimizationLevel of ['disabled', 'all'] as const) {
    const session = await InferenceSession.create(emitOnnx(graph), { graphOptimizationLevel })
    const got = await session.run(feeds)
    for (const name of ['y', 'z']) {
      const values = got[name]!.data as Float32Array
      const worst = Math.max(...values.map((value, i) => Math.abs(value - expected[name]![i]!)))
      assert.ok(worst < 2e-6, `${name}, optimization ${graphOptimizationLevel}: ${worst}`)
    }
    await session.release()
  }
})

test('it has operators of the standard only, and onnxruntime makes one kernel of each product', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shiliu-int8-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const bytes = toStandardOnnx(layers(), { int8: { bits: 8 } })
  const text = (file: Uint8Array) => Buffer.from(file).toString('latin1')
  assert.doesNotMatch(text(bytes), /com\.microsoft/)
  assert.match(text(bytes), /MatMulInteger/)
  const optimizedModelFilePath = join(folder, 'optimized.onnx')
  const session = await InferenceSession.create(bytes, { optimizedModelFilePath })
  await session.release()
  const optimized = text(readFileSync(optimizedModelFilePath))
  assert.match(optimized, /DynamicQuantizeMatMul/)
  assert.doesNotMatch(optimized, /MatMulInteger[^T]/)
})
