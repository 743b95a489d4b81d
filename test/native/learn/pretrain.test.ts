import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PretrainSettings } from '../../../core/job.ts'
import { Stream } from '../../../core/random.ts'
import { floatData, type Executor } from '../../../engine/executor.ts'
import { referenceExecutor } from '../../../engine/reference.ts'
import type { BertConfig } from '../../../learn/model/config.ts'
import { initialWeights } from '../../../learn/model/initial-weights.ts'
import { wordStart, type TokenCorpus } from '../../../learn/pretrain/corpus.ts'
import { evaluateHeldOut, pretrain, pretrainPlan } from '../../../learn/pretrain/pretrain.ts'
import { freshState, type TrainingState } from '../../../learn/train/state.ts'
import { ortExecutor } from '../../../worker/ort.ts'
import { briefSettings } from '../../fixtures/pretrain-settings.ts'

const config: BertConfig = {
  family: 'bert',
  vocabSize: 30,
  hiddenSize: 8,
  layers: 2,
  heads: 2,
  intermediateSize: 16,
  maxPositions: 16,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  activation: 'gelu',
}
const specials = { pad: 0, cls: 2, sep: 3, mask: 4, all: [0, 1, 2, 3, 4], vocabSize: 30 }
const settings: PretrainSettings = {
  ...briefSettings,
  steps: 4,
  learningRate: 1e-2,
  shapes: [
    { batch: 3, tokens: 10, share: 1 },
    { batch: 2, tokens: 14, share: 1 },
  ],
  heldOut: 6,
}

/** Lines that count upwards from a random start: easy to learn. */
function countingCorpus(lineCount: number): TokenCorpus {
  const stream = new Stream(3, 'corpus')
  const tokens: number[] = []
  const lines = [0]
  for (let i = 0; i < lineCount; i++) {
    const start = stream.below(12)
    for (let k = 0; k < 8; k++) tokens.push((5 + start + k) | (k % 2 === 0 ? wordStart : 0))
    lines.push(tokens.length)
  }
  const source = { name: 'count', weight: 1, first: 0, end: lineCount - 5 }
  const heldOut = Array.from({ length: 5 }, (_, i) => lineCount - 5 + i)
  return {
    tokens: Uint16Array.from(tokens),
    lines: Uint32Array.from(lines),
    sources: [{ ...source, heldOut }],
  }
}

function freshModel(
  executor: Executor,
  given: PretrainSettings,
  size = config,
): Promise<TrainingState> {
  const weights = initialWeights(size, new Stream(given.seed, 'init'))
  const offload = given.offload ? executor : undefined
  const plan = pretrainPlan({ executor, offload }, size, given)
  return freshState(plan, weights, given.seed)
}

async function run(
  executor: Executor,
  given: PretrainSettings,
  size = config,
  opened?: TrainingState,
) {
  const state = opened ?? (await freshModel(executor, given, size))
  const losses: number[] = []
  const corpus = countingCorpus(40)
  for await (const { loss } of pretrain(size, corpus, specials, given, state)) {
    losses.push(loss)
  }
  const held = await evaluateHeldOut(executor, size, corpus, specials, given, state)
  return { losses, tensors: await state.store.read(), held: held! }
}

test('a training step on onnxruntime equals the float64 reference, dropout included', async () => {
  const native = await run(ortExecutor({ threads: 2 }), settings)
  const reference = await run(referenceExecutor(), settings)
  native.losses.forEach((loss, i) => assert.ok(Math.abs(loss - reference.losses[i]!) < 1e-4))
  for (const [name, tensor] of reference.tensors) {
    const got = floatData(native.tensors.get(name))
    floatData(tensor).forEach((value, i) =>
      assert.ok(Math.abs(value - got[i]!) < 2e-3, `${name}[${i}]: ${value} and ${got[i]}`),
    )
  }
})

test('the model learns to count', async () => {
  const wider = { ...config, hiddenSize: 32, heads: 4, intermediateSize: 64 }
  const long = { ...settings, steps: 500, learningRate: 3e-3, warmup: 50, dropout: 0 }
  const shapes = [{ batch: 16, tokens: 16, share: 1 }]
  const { losses, held } = await run(ortExecutor({ threads: 2 }), { ...long, shapes }, wider)
  assert.ok(losses[0]! > 3 && losses.at(-1)! < 1, `loss ${losses[0]} to ${losses.at(-1)}`)
  assert.ok(held.accuracy > 0.7, `held-out accuracy ${held.accuracy}`)
})

const options: Partial<PretrainSettings>[] = [
  {},
  { optimizer: 'lamb' },
  { accumulate: 2 },
  { offload: true },
  { train: { top: 1 } },
]
for (const option of options) {
  const name = JSON.stringify(option)
  test(`a run with ${name} that stops and goes on gives the same weights, bit for bit`, async () => {
    const executor = ortExecutor({ threads: 2 })
    const given = { ...settings, ...option }
    const whole = await run(executor, given)
    const state = await freshModel(executor, given)
    const corpus = countingCorpus(40)
    for await (const { step } of pretrain(config, corpus, specials, given, state)) {
      if (step === 2) break
    }
    const { tensors: resumed } = await run(executor, given, config, state)
    for (const [name, tensor] of whole.tensors) {
      assert.deepEqual(floatData(resumed.get(name)), floatData(tensor), name)
    }
    await executor.dispose()
  })
}

test('micro-batches with different numbers of masks are one batch', async () => {
  const executor = ortExecutor({ threads: 2 })
  const given = { ...settings, dropout: 0, learningRate: 1e-4, warmup: 0, maskRate: 0.4 }
  const shapes = [{ batch: 8, tokens: 14, share: 1 }]
  const whole = await run(executor, { ...given, shapes })
  const parts = await run(executor, { ...given, shapes, accumulate: 3 })
  whole.losses.forEach((loss, i) => assert.ok(Math.abs(loss - parts.losses[i]!) < 1e-5))
  for (const [name, tensor] of whole.tensors) {
    const other = floatData(parts.tensors.get(name))
    floatData(tensor).forEach((value, i) =>
      assert.ok(Math.abs(value - other[i]!) < 1e-6, `${name}[${i}]: ${value} and ${other[i]}`),
    )
  }
  await executor.dispose()
})
