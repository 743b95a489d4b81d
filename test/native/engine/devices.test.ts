import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ShiliuError } from '../../../core/errors.ts'
import type { Executor, Store } from '../../../engine/executor.ts'
import { ortExecutor } from '../../../worker/ort.ts'
import { noSoftwareGpu, onSoftwareGpu } from '../../fixtures/software-gpu.ts'
import { tinyModel } from '../../fixtures/tiny-model.ts'
import { otherLosses, tenSteps, tinyLogits, type Trained } from '../../fixtures/tiny-training.ts'

const cpu = ortExecutor({ threads: 2 })
after(() => cpu.dispose())
const onCpu = tenSteps(cpu)
/** Forward, backward and update in one graph, as on other devices. */
const wholeSteps: Executor = { ...cpu, movesInPlace: false }

async function sameCurve({ losses }: Pick<Trained, 'losses'>): Promise<void> {
  const expected = (await onCpu).losses
  assert.equal(losses.length, 10)
  losses.forEach((loss, i) =>
    assert.ok(Math.abs(loss - expected[i]!) < 1e-3, `step ${i}: ${loss} and ${expected[i]}`),
  )
}

if (noSoftwareGpu) console.log(`WebGPU is not tested: it ${noSoftwareGpu}.`)

test(
  'ten steps on WebGPU have the losses of the CPU, and free what they held',
  {
    skip: noSoftwareGpu,
  },
  async () => {
    type Answer = Trained & { made: number; freed: number }
    const { answer } = await onSoftwareGpu<Answer>('train')
    await sameCurve(answer)
    const expected = (await onCpu).tensors
    assert.deepEqual([...answer.tensors.keys()], [...expected.keys()])
    // The first copy, and one set of weights and moments for each step.
    assert.equal(answer.made, 11 * expected.size)
    assert.equal(answer.freed, answer.made)
  },
)

test(
  'steps of every plan, and scores, are on WebGPU what they are on the CPU',
  { skip: noSoftwareGpu },
  async () => {
    type Answer = { losses: number[][]; logits: number[][]; made: number; freed: number }
    const { answer } = await onSoftwareGpu<Answer>('plans')
    assertNear(answer.losses, await otherLosses(cpu))
    assertNear(answer.logits, await tinyLogits(cpu))
    assert.equal(answer.freed, answer.made)
  },
)

test('every op on WebGPU has the value of the reference', { skip: noSoftwareGpu }, async () => {
  const { answer } = await onSoftwareGpu<string[]>('ops')
  assert.deepEqual(answer, [])
})

test(
  'WebGPU leaves nothing of a step to the CPU but what concerns indices',
  {
    skip: noSoftwareGpu,
  },
  async () => {
    const { log } = await onSoftwareGpu('placement')
    const [, onCpu = ''] = /placed on \[CPUExecutionProvider\](.*?)placed on/s.exec(log) ?? []
    const ops = [...onCpu.matchAll(/VerifyEachNodeIsAssignedToAnEp\] +(\w+) \(/g)].map((m) => m[1])
    assert.deepEqual([...new Set(ops)].sort(), ['Cast', 'Reshape'])
    assert.match(log, /placed on \[WebGpuExecutionProvider\]/)
  },
)

test('steps made in one loop are the steps made one by one', async () => {
  const looping = ortExecutor({ threads: 2, stepsPerRun: 4 })
  const blocks: number[] = []
  const looped = await tenSteps(countingBlocks(looping, blocks))
  await looping.dispose()
  assert.deepEqual(blocks, [4, 4, 2])
  const { losses, tensors } = await tenSteps(wholeSteps)
  assert.deepEqual(looped.losses, losses)
  for (const [name, { data }] of tensors)
    assert.deepEqual(looped.tensors.get(name)!.data, data, name)
})

test('a loop keeps what is frozen, and there is none where a step has parts', async () => {
  const looping = ortExecutor({ threads: 2, stepsPerRun: 2 })
  assert.deepEqual(await otherLosses(looping), await otherLosses(wholeSteps))
  await looping.dispose()
})

test('a loop that goes astray names the step and leaves the state as it was', async () => {
  const looping = ortExecutor({ threads: 2, stepsPerRun: 4 })
  const stores: Store[] = []
  const watched: Executor = {
    ...looping,
    async createStore(tensors) {
      stores.push(await looping.createStore(tensors))
      return stores.at(-1)!
    },
  }
  await assert.rejects(
    tenSteps(watched, { learningRate: 1e38, warmup: 0 }),
    (error: ShiliuError) =>
      error.code === 'train.diverged' && (error.details as { step: number }).step === 2,
  )
  const kept = await stores[0]!.read()
  for (const [name, tensor] of tinyModel().weights) assert.deepEqual(kept.get(name), tensor)
  await looping.dispose()
})

function assertNear(got: readonly number[][], expected: readonly number[][]): void {
  assert.equal(got.length, expected.length)
  expected.forEach((row, i) =>
    row.forEach((value, j) =>
      assert.ok(Math.abs(value - got[i]![j]!) < 1e-3, `${i}: ${got[i]!.join()}`),
    ),
  )
}

function countingBlocks(inner: Executor, blocks: number[]): Executor {
  return {
    ...inner,
    async compile(graph) {
      const program = await inner.compile(graph)
      return {
        ...program,
        runBlock(feeds, store) {
          blocks.push(feeds.length)
          return program.runBlock!(feeds, store)
        },
      }
    },
  }
}
