import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { Stream } from '../../../core/random.ts'
import { floats, integers, type HostTensor } from '../../../engine/executor.ts'
import { gradients } from '../../../engine/gradient.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { validate } from '../../../engine/ir/graph.ts'
import type { Node } from '../../../engine/ir/node.ts'
import { evaluate } from '../../../engine/reference.ts'
import { ortExecutor } from '../../../worker/ort.ts'
import { cases, type Case, type Operand } from './cases.ts'

const executor = ortExecutor({ threads: 1 })
after(() => executor.dispose())

for (const [op, list] of Object.entries(cases)) {
  describe(op, () => {
    list.forEach((one, i) => {
      const shapes = one.inputs.map((input) => `[${input.shape.join()}]`).join(' ')
      test(`case ${i} of ${shapes} equals onnxruntime`, () => valueAgrees(one))
      test(`case ${i} of ${shapes} has the gradient of central differences`, () =>
        gradientAgrees(one))
    })
  })
}

function build(one: Case) {
  const b = new GraphBuilder()
  const inputs = one.inputs.map((input, i) =>
    b.input(`x${i}`, 'below' in input ? 'int64' : 'float32', input.shape),
  )
  return { b, inputs, y: one.build(b, ...inputs) }
}

/** Float values that stay away from the kinks of floor, min, max and the comparisons. */
function draw(operand: Operand, stream: Stream): number[] {
  const size = operand.shape.reduce((product, dim) => product * dim, 1)
  return Array.from({ length: size }, () => {
    if ('below' in operand) return stream.below(operand.below)
    if (operand.positive) return 0.5 + stream.next()
    return Math.floor(stream.next() * 6 - 3) + 0.2 + 0.6 * stream.next()
  })
}

function drawAll(one: Case): Record<string, number[]> {
  const stream = new Stream(1, 'ops')
  return Object.fromEntries(one.inputs.map((input, i) => [`x${i}`, draw(input, stream)]))
}

async function valueAgrees(one: Case): Promise<void> {
  const { y } = build(one)
  const graph = { outputs: { y } }
  validate(graph)
  const feeds = drawAll(one)
  const expected = evaluate(graph, feeds)['y']!
  const program = await executor.compile(graph)
  const tensors = Object.fromEntries(
    one.inputs.map((input, i) => [`x${i}`, tensorOf(input, feeds[`x${i}`]!)]),
  )
  const got = (await program.run(tensors))['y'] as HostTensor
  assert.deepEqual([...got.shape], [...y.shape])
  Array.from(got.data as Float32Array).forEach((value, i) => close(value, expected[i]!, 2e-6))
}

function tensorOf(operand: Operand, values: number[]): HostTensor {
  if ('below' in operand) return integers(operand.shape, values)
  return floats(operand.shape, Float32Array.from(values))
}

/** Decision 21: |a - n| / max(1, |a|, |n|) <= 1e-6 with h = 1e-5 in float64. */
function gradientAgrees(one: Case): void {
  const { b, inputs, y } = build(one)
  const stream = new Stream(2, 'weights')
  const weights = Array.from(evaluate({ outputs: { y } }, drawAll(one))['y']!, () => stream.next())
  const weighted = b.mul(y, b.constant('float32', y.shape, weights))
  const loss = b.reduceSum(
    weighted,
    y.shape.map((_, axis) => axis),
  )
  const wrt = inputs.filter((input) => input.dtype === 'float32')
  const outputs: Record<string, Node> = { loss }
  gradients(b, loss, wrt).forEach((gradient, i) => (outputs[`gradient${i}`] = gradient))
  validate({ outputs })

  const feeds = drawAll(one)
  const analytic = evaluate({ outputs }, feeds)
  const lossAt = () => evaluate({ outputs: { loss } }, feeds)['loss']![0]!
  const h = 1e-5
  wrt.forEach((input, i) => {
    const name = `x${inputs.indexOf(input)}`
    feeds[name]!.forEach((value, k) => {
      feeds[name]![k] = value + h
      const above = lossAt()
      feeds[name]![k] = value - h
      const below = lossAt()
      feeds[name]![k] = value
      close(analytic[`gradient${i}`]![k]!, (above - below) / (2 * h), 1e-6)
    })
  })
}

function close(got: number, expected: number, tolerance: number): void {
  const scale = Math.max(1, Math.abs(got), Math.abs(expected))
  assert.ok(Math.abs(got - expected) / scale <= tolerance, `expected ${expected}, got ${got}`)
}
