import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { momentNames, updateParameters, type AdamW, type Lamb } from '../../../engine/optimizer.ts'
import { evaluate } from '../../../engine/reference.ts'

const settings: AdamW = {
  kind: 'adamw',
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

/** LAMB in numbers (You et al. 2020, algorithm 2); what does not decay has a ratio of 1. */
function lambByHand(weights: number[][], gradients: number[][][], decays: boolean[]): number[][] {
  const [m, v] = [0, 1].map(() => weights.map((row) => row.map(() => 0)))
  gradients.forEach((gradient, i) => {
    const t = i + 1
    const scale = Math.min(1, settings.clip / (Math.hypot(...gradient.flat()) + 1e-6))
    const rate = settings.schedule.peak * Math.min(t / 2, (5 - t) / 3, 1)
    weights.forEach((row, p) => {
      const wanted = row.map((w, k) => {
        const g = gradient[p]![k]! * scale
        m![p]![k] = 0.9 * m![p]![k]! + 0.1 * g
        v![p]![k] = 0.99 * v![p]![k]! + 0.01 * g * g
        const [mHat, vHat] = [m![p]![k]! / (1 - 0.9 ** t), v![p]![k]! / (1 - 0.99 ** t)]
        const decay = decays[p] ? settings.weightDecay * w : 0
        return mHat / (Math.sqrt(vHat) + settings.epsilon) + decay
      })
      const [own, other] = [Math.hypot(...row), Math.hypot(...wanted)]
      const ratio = decays[p] && own > 0 && other > 0 ? own / other : 1
      row.forEach((w, k) => (row[k] = w - rate * ratio * wanted[k]!))
    })
  })
  return weights
}

const start = { matrix: [1, -2, 3, 0.5], bias: [0.1, 0.2, -0.3] }
const fourGradients = [1, 2, 3, 4].map((t) => [
  [0.3 * t, -1, 0.2, t],
  [0.01, -0.02 * t, 0.5],
])

/** Runs an optimiser in the float64 reference, one step a row of gradients. */
function inTheGraph(
  optimizer: AdamW | Lamb,
  from: Readonly<Record<string, number[]>>,
  gradients: number[][][],
): number[][] {
  const shapeOf = (name: string) => (name === 'matrix' ? [2, 2] : [from[name]!.length])
  const b = new GraphBuilder()
  const names = Object.keys(from)
  const parameters = names.map((name) => b.input(name, 'float32', shapeOf(name)))
  const given = names.map((name) => b.input(`gradient of ${name}`, 'float32', shapeOf(name)))
  const step = b.input('step', 'float32', [])
  const { updates, norm } = updateParameters(b, optimizer, parameters, given, step)
  const outputs = Object.fromEntries(
    names.flatMap((name, i) => {
      const { parameter, moment1, moment2 } = updates.get(parameters[i]!)!
      const [first, second] = momentNames(name)
      return [
        [name, parameter],
        [first, moment1],
        [second, moment2],
      ]
    }),
  )
  let feeds: Record<string, number[]> = { ...from }
  for (const name of names) {
    for (const moment of momentNames(name)) feeds[moment] = from[name]!.map(() => 0)
  }
  gradients.forEach((rows, i) => {
    const fed = Object.fromEntries(names.map((name, p) => [`gradient of ${name}`, rows[p]!]))
    const out = evaluate({ outputs: { ...outputs, norm } }, { ...feeds, ...fed, step: [i + 1] })
    assert.ok(Math.abs(out['norm']![0]! - Math.hypot(...rows.flat())) < 1e-12)
    feeds = Object.fromEntries(Object.keys(outputs).map((name) => [name, [...out[name]!]]))
  })
  return names.map((name) => feeds[name]!)
}

function assertClose(got: number[][], expected: number[][], tolerance = 1e-12): void {
  expected.forEach((row, p) =>
    row.forEach((value, k) => {
      const found = got[p]![k]!
      assert.ok(Math.abs(found - value) < tolerance, `${p} ${k}: ${found}, expected ${value}`)
    }),
  )
}

test('four steps of AdamW with clipping, warm-up and decay are those of the formula', () => {
  const expected = byHand([[...start.matrix], [...start.bias]], fourGradients, [true, false])
  assertClose(inTheGraph(settings, start, fourGradients), expected)
})

const lamb: Lamb = { ...settings, kind: 'lamb' }

test('four steps of LAMB are those of the formula, with a ratio for each tensor that decays', () => {
  const expected = lambByHand([[...start.matrix], [...start.bias]], fourGradients, [true, false])
  assertClose(inTheGraph(lamb, start, fourGradients), expected)
})

test('one step of LAMB on one matrix, worked out on paper', () => {
  // The first corrected moments are g and g^2, so the direction is sign(g), here (1, -1, 1, -1); with
  // decay 0.1 the update is (1.3, -0.6, 1, -1), its norm sqrt(4.05), that of the weights 5.
  const once = { ...lamb, epsilon: 0, schedule: { peak: 0.1, warmup: 1, steps: 1 } }
  const [got] = inTheGraph(once, { matrix: [3, 4, 0, 0] }, [[[0.1, -0.2, 0.3, -0.4]]])
  const pace = (0.1 * 5) / Math.sqrt(4.05)
  assertClose([got!], [[3 - 1.3 * pace, 4 + 0.6 * pace, -pace, pace]])
})

test('LAMB takes a ratio of 1 where the weights or their update are zero', () => {
  const zeros = [0, 0, 0, 0]
  const still = { ...lamb, weightDecay: 0 }
  assertClose(inTheGraph(still, { matrix: start.matrix }, [[zeros]]), [start.matrix])
  const once = { ...lamb, epsilon: 0, schedule: { peak: 0.1, warmup: 1, steps: 1 } }
  assertClose(inTheGraph(once, { matrix: zeros }, [[[0.1, -0.2, 0.3, -0.4]]]), [
    [-0.1, 0.1, -0.1, 0.1],
  ])
})
