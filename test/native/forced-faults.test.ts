import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Recipe, TrainSpec } from '../../core/job.ts'
import { scalar } from '../../engine/executor.ts'
import type { OpenExecutor } from '../../worker/executor-for.ts'
import type { JobContext } from '../../worker/job-context.ts'
import { ortExecutor } from '../../worker/ort.ts'
import { runTrain } from '../../worker/train-job.ts'
import { readWeights } from '../../worker/weight-file.ts'
import { interposed } from '../fixtures/interposed.ts'
import { tinyModelFolder, tinyTexts } from '../fixtures/tiny-model.ts'
import { briefTraining } from '../fixtures/tiny-training.ts'

/**
 * Numbers that go astray: the right error, and a checkpoint from which a run ends with the bits of one
 * that nothing happened to. Devices that vanish or are full stand in device-fault.test.ts; a stop, a
 * kill and a machine without memory in worker.test.ts.
 */

const base = await tinyModelFolder()
const folders = [base]
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

async function spec(recipe: Partial<Recipe>): Promise<TrainSpec> {
  const workFolder = await mkdtemp(join(tmpdir(), 'shiliu-work-'))
  folders.push(workFolder)
  return { ...briefTraining, base, workFolder, recipe: { ...briefTraining.recipe, ...recipe } }
}

interface Seen {
  checkpoint?: { path: string; step: number }
}

function context(seen: Seen, resume?: string, signal?: AbortSignal): JobContext {
  const batches = [tinyTexts(12)]
  const silent = () => {}
  return {
    signal: signal ?? new AbortController().signal,
    jobId: 'job',
    resume,
    ...{ report: silent, scores: silent, predictions: silent },
    checkpoint: (path, step) => (seen.checkpoint = { path, step }),
    texts: () => Promise.resolve(batches.shift() ?? []),
  }
}

interface Astray {
  readonly figure: 'loss' | 'norm'
  readonly value: number
  /** Which of the runs that give this figure say so, from 1. */
  readonly runs: (run: number) => boolean
}

/** The CPU, with a figure of some runs replaced. */
function astray({ figure, value, runs }: Astray): OpenExecutor {
  let count = 0
  return async (_, threads) => {
    return interposed(ortExecutor({ threads }), async (program, feeds, store) => {
      const out = await program.run(feeds, store)
      return figure in out && runs(++count) ? { ...out, [figure]: scalar(value) } : out
    })
  }
}

/** Which loss is the first of step 5. */
const plans: readonly [Partial<Recipe>, run: number][] = [
  [{}, 5],
  [{ accumulate: 2 }, 9],
  [{ offload: true }, 5],
]

for (const [plan, at] of plans) {
  test(`a loss that is no number ends a run at its step: ${JSON.stringify(plan)}`, async () => {
    const whole = await runTrain(await spec(plan), context({}))
    const seen: Seen = {}
    const own = await spec(plan)
    const open = astray({ figure: 'loss', value: NaN, runs: (run) => run === at })
    await assert.rejects(runTrain(own, context(seen), open), {
      code: 'train.diverged',
      details: { step: 5, figure: 'loss', learningRate: own.recipe.learningRate },
    })
    assert.equal(seen.checkpoint?.step, 3)
    const resumed = await runTrain(own, context({}, seen.checkpoint.path))
    assert.equal(resumed.sha256, whole.sha256)
  })
}

test('gradients beyond float16 at every scale end a run, which goes on from its checkpoint', async () => {
  const half: Partial<Recipe> = { precision: 'float16' }
  const whole = await runTrain(await spec(half), context({}))
  const seen: Seen = {}
  const own = await spec(half)
  const open = astray({ figure: 'norm', value: Infinity, runs: (run) => run >= 6 })
  await assert.rejects(runTrain(own, context(seen), open), {
    code: 'train.diverged',
    details: { step: 6, figure: 'norm', learningRate: own.recipe.learningRate },
  })
  assert.equal(seen.checkpoint?.step, 3)
  const resumed = await runTrain(own, context({}, seen.checkpoint.path))
  assert.equal(resumed.sha256, whole.sha256)
})

test('the loss scale that an overflow has left is in the checkpoint, and a stopped run loses nothing', async () => {
  const half: Partial<Recipe> = { precision: 'float16' }
  const once: Astray = { figure: 'norm', value: Infinity, runs: (run) => run === 2 }
  const whole = await runTrain(await spec(half), context({}), astray(once))
  const own = await spec(half)
  const [seen, controller] = [{} as Seen, new AbortController()]
  const stopping = context(seen, undefined, controller.signal)
  stopping.report = ({ done }) => done === 5 && controller.abort()
  await assert.rejects(runTrain(own, stopping, astray(once)), { code: 'job.cancelled' })
  const { metadata } = await readWeights(seen.checkpoint!.path)
  assert.deepEqual(JSON.parse(metadata['lossScale']!), { scale: 2 ** 15, good: 4 })
  const resumed = await runTrain(own, context({}, seen.checkpoint!.path))
  assert.equal(resumed.sha256, whole.sha256)
})
