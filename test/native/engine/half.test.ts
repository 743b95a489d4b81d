import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { floatData, floats } from '../../../engine/executor.ts'
import { gradients, pullBack } from '../../../engine/gradient.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { gelu, layerNorm, linear } from '../../../engine/ir/compose.ts'
import { inputsOf, nodesOf, print, validate, type Graph } from '../../../engine/ir/graph.ts'
import { isOp, type Node } from '../../../engine/ir/node.ts'
import { evaluate } from '../../../engine/reference.ts'
import { halve } from '../../../engine/rewrite/half.ts'
import { requirePrecision } from '../../../worker/devices/half.ts'
import { ortExecutor } from '../../../worker/ort.ts'
import { drawnFeeds } from '../../fixtures/drawn-feeds.ts'

const executor = ortExecutor({ threads: 1 })
after(() => executor.dispose())

/** A feed-forward block with a softmax, and its gradients. */
function block(isScaled = false): Graph {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [2, 4, 8])
  const [weight, bias] = [b.input('weight', 'float32', [8, 8]), b.input('bias', 'float32', [8])]
  const [scale, shift] = [b.input('scale', 'float32', [8]), b.input('shift', 'float32', [8])]
  const norm = layerNorm(b, b.add(x, gelu(b, linear(b, x, weight, bias))), scale, shift, 1e-5)
  const scores = b.mul(b.matMul(norm, b.transpose(norm, [0, 2, 1])), 1 / Math.sqrt(8))
  const mixed = b.matMul(b.softmax(scores), norm)
  const loss = b.reduceMean(b.mul(mixed, mixed), [0, 1, 2])
  const wrt = [weight, bias, scale, shift]
  const factor = b.input('factor', 'float32', [])
  const found = isScaled
    ? pullBack(b, loss, factor, wrt).map((g) => b.mul(g!, b.div(1, factor)))
    : gradients(b, loss, wrt)
  const outputs: Record<string, Node> = { loss }
  found.forEach((gradient, i) => (outputs[`gradient ${i}`] = gradient))
  return { outputs }
}

const feedsOf = (graph: Graph) => drawnFeeds(graph, { factor: 2 ** 14 })

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  const largest = Math.max(...Array.from(a, Math.abs))
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!))) / largest
}

test('products compute in float16, sums and exponentials in float32, and outputs stay float32', () => {
  const half = halve(new GraphBuilder(), block())
  validate(half)
  for (const node of nodesOf(half)) {
    if (isOp(node, 'MatMul')) assert.equal(node.dtype, 'float16')
    if (/^(Softmax|Exp|ReduceSum|ReduceMean|Sqrt|Erf)$/.test(node.op)) {
      assert.equal(node.dtype, 'float32', node.op)
    }
  }
  assert.ok(Object.values(half.outputs).every(({ dtype }) => dtype === 'float32'))
  assert.match(print(half), /MatMul\(.*\) : float16 \[2, 4, 4\]/)
  assert.equal(print(halve(new GraphBuilder(), half)), print(half))
})

test("on onnxruntime's CPU provider it has the values of the reference, within float16's rounding", async () => {
  const plain = block(true)
  const half = halve(new GraphBuilder(), plain)
  const feeds = feedsOf(plain)
  const [exact, rounded] = [evaluate(plain, feeds), evaluate(half, feeds)]
  const program = await executor.compile(half)
  const tensors = inputsOf(plain).map(({ attributes: { name, type } }) => {
    return [name, floats(type.shape as number[], Float32Array.from(feeds[name]!))] as const
  })
  const got = await program.run(Object.fromEntries(tensors))
  for (const [name, values] of Object.entries(exact)) {
    assert.ok(
      furthest(values, rounded[name]!) < 1e-2,
      `${name} of the reference: ${furthest(values, rounded[name]!)}`,
    )
    assert.ok(furthest(values, floatData(got[name])) < 1e-2, `${name} of onnxruntime`)
    assert.ok(furthest(values, rounded[name]!) > 0, `${name} is rounded`)
  }
})

test('a scaled loss keeps gradients that are too small for float16', () => {
  const feeds = feedsOf(block(true))
  // Tiny: the loss is of values around 1e-4, and its gradients fall below 6e-8.
  feeds['shift'] = feeds['shift']!.map((value) => value * 1e-4)
  feeds['scale'] = feeds['scale']!.map((value) => value * 1e-4)
  const exact = evaluate(block(), feeds)['gradient 0']!
  const lost = evaluate(halve(new GraphBuilder(), block()), feeds)['gradient 0']!
  const kept = evaluate(halve(new GraphBuilder(), block(true)), feeds)['gradient 0']!
  assert.ok(furthest(exact, lost) > 0.02, `${furthest(exact, lost)} without`)
  assert.ok(furthest(exact, kept) < 0.01, `${furthest(exact, kept)} with`)
})

test('a run in float16 is refused on a device that has none, before anything is trained', async () => {
  await requirePrecision('float16', 1, 'cpu')
  await requirePrecision('float32', 1, 'tfjs')
  await assert.rejects(requirePrecision('float16', 1, 'tfjs'), { code: 'device.noFloat16' })
})
