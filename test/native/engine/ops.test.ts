import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { Stream } from '../../../core/random.ts'
import { gradients } from '../../../engine/gradient.ts'
import { validate } from '../../../engine/ir/graph.ts'
import type { Node } from '../../../engine/ir/node.ts'
import { evaluate } from '../../../engine/reference.ts'
import { ortExecutor } from '../../../worker/ort.ts'
import { buildCase, differenceOf, relative } from '../../fixtures/op-cases.ts'
import { cases, type Case } from './cases.ts'

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

async function valueAgrees(one: Case): Promise<void> {
  validate({ outputs: { y: buildCase(one).y } })
  assert.ok((await differenceOf(executor, one)) <= 2e-6)
}

/** Decision 21: |a - n| / max(1, |a|, |n|) <= 1e-6 with h = 1e-5 in float64. */
function gradientAgrees(one: Case): void {
  const { b, inputs, y, feeds } = buildCase(one)
  const stream = new Stream(2, 'weights')
  const weights = Array.from(evaluate({ outputs: { y } }, feeds)['y']!, () => stream.next())
  const weighted = b.mul(y, b.constant('float32', y.shape, weights))
  const loss = b.reduceSum(
    weighted,
    y.shape.map((_, axis) => axis),
  )
  const wrt = inputs.filter((input) => input.dtype === 'float32')
  const outputs: Record<string, Node> = { loss }
  gradients(b, loss, wrt).forEach((gradient, i) => (outputs[`gradient${i}`] = gradient))
  validate({ outputs })

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
      const [got, expected] = [analytic[`gradient${i}`]![k]!, (above - below) / (2 * h)]
      assert.ok(relative(got, expected) <= 1e-6, `expected ${expected}, got ${got}`)
    })
  })
}
