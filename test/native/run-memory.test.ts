import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryOf } from '../../bench/memory/of-run.ts'
import type { RunCase } from '../../bench/memory/run.ts'

const model = { layers: 4, hidden: 312, heads: 12 }
const cases: Record<string, RunCase> = {
  'everything is trained': {
    ...model,
    recipe: { batch: 16, maxTokens: 64, steps: 3 },
    lengths: [64],
  },
  'activations are computed again': {
    ...model,
    recipe: { batch: 32, maxTokens: 128, steps: 3, recompute: 1 },
    lengths: [128],
  },
  'batches have several shapes': {
    ...model,
    recipe: { batch: 4, maxTokens: 128, steps: 20 },
    lengths: [12, 24, 40, 60, 90, 120],
  },
}
const skip = process.platform !== 'linux' && 'only Linux says how large a process was'

for (const [name, run] of Object.entries(cases)) {
  test(`a run's memory is estimated within a fifth where ${name}`, { skip }, () => {
    const { measured, estimated } = memoryOf(run)
    const ratio = estimated / measured
    assert.ok(Math.abs(ratio - 1) < 0.2, `${estimated} for ${measured}: ${ratio.toFixed(2)}`)
  })
}
