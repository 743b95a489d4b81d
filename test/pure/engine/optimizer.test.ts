import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { adamW, momentNames, type AdamW } from '../../../engine/optimizer.ts'
import { evaluate } from '../../../engine/reference.ts'

const settings: AdamW = {
  schedule: { peak: 0.1, warmup: 2, steps: 4 },
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-6,
  weightDecay: 0.1,
  clip: 1,
}

/** Plain AdamW in numbers (Loshchilov and Hutter 2019, algorithm 2), for tensors as lists. */
function byHand(weights: number[][], gradients: number[][][], decays: boolean[]): number[][] {
  const [m, v] = [0, 1].map(() => weights.map((row) => row.map(() => 0)))
  gradients.forEach((gradient, i) => {
    const t = i + 1
    const norm = Math.sqrt(gradient.flat().reduce((sum, g) => sum + g * g, 0))
    const scale = Math.min(1, settings.clip / (norm + 1e-6))
    const rate = settings.schedule.peak * Math.min(t / 2, (5 - t) / 3, 1)
    weights.forEach((row, p) =>
      row.forEach((w, k) => {
        const g = gradient[p]![k]! * scale
        m![p]![k] = 0.9 * m![p]![k]! + 0.1 * g
        v![p]![k] = 0.99 * v![p]![k]! + 0.01 * g * g
        const mHat = m![p]![k]! / (1 - 0.9 ** t)
        const vHat = v![p]![k]! / (1 - 0.99 ** t)
        const decay = decays[p] ? rate * settings.weightDecay * w : 0
        row[k] = w - decay - (rate * mHat) / (Math.sqrt(vHat) + settings.epsilon)
      }),
    )
  })
  return weights
}

test('four steps of AdamW with clipping, warm-up and decay are those of the formula', () => {
  const b = new GraphBuilder()
  const shapes = { matrix: [2, 2], bias: [3] }
  const parameters = Object.entries(shapes).map(([name, shape]) => b.input(name, 'float32', shape))
  const gradientInputs = Object.entries(shapes).map(([name, shape]) =>
    b.input(`gradient of ${name}`, 'float32', shape),
  )
  const { updates, norm } = adamW(
    b,
    settings,
    parameters,
    gradientInputs,
    b.input('step', 'float32', []),
  )
  const outputs = Object.fromEntries(
    Object.keys(shapes).flatMap((name, i) => {
      const { parameter, moment1, moment2 } = updates.get(parameters[i]!)!
      const [first, second] = momentNames(name)
      return [
        [name, parameter],
        [first, moment1],
        [second, moment2],
      ]
    }),
  )
  const start = { matrix: [1, -2, 3, 0.5], bias: [0.1, 0.2, -0.3] }
  const gradients = [1, 2, 3, 4].map((t) => [
    [0.3 * t, -1, 0.2, t],
    [0.01, -0.02 * t, 0.5],
  ])
  let feeds: Record<string, number[]> = { ...start }
  for (const [name, values] of Object.entries(start)) {
    for (const moment of momentNames(name)) feeds[moment] = values.map(() => 0)
  }
  gradients.forEach(([matrix, bias], i) => {
    const out = evaluate(
      { outputs: { ...outputs, norm } },
      { ...feeds, 'gradient of matrix': matrix!, 'gradient of bias': bias!, step: [i + 1] },
    )
    assert.ok(Math.abs(out['norm']![0]! - Math.hypot(...matrix!, ...bias!)) < 1e-12)
    feeds = Object.fromEntries(Object.keys(outputs).map((name) => [name, [...out[name]!]]))
  })
  const expected = byHand([[...start.matrix], [...start.bias]], gradients, [true, false])
  expected.forEach((row, p) =>
    row.forEach((value, k) => {
      const got = feeds[Object.keys(shapes)[p]!]![k]!
      assert.ok(Math.abs(got - value) < 1e-12, `${p} ${k}: ${got}, expected ${value}`)
    }),
  )
})
