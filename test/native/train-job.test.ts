import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Recipe, TrainSpec } from '../../core/job.ts'
import type { JobContext } from '../../worker/job-context.ts'
import { readModel } from '../../worker/model-folder.ts'
import { runTrain } from '../../worker/train-job.ts'
import { readWeights } from '../../worker/weight-file.ts'
import { tinyModelFolder, tinyTask, tinyTexts } from '../fixtures/tiny-model.ts'

const base = await tinyModelFolder()
const work = await mkdtemp(join(tmpdir(), 'shiliu-work-'))
after(() => Promise.all([base, work].map((folder) => rm(folder, { recursive: true }))))

const spec = (name: string, recipe: Partial<Recipe>): TrainSpec => ({
  kind: 'train',
  task: tinyTask,
  base,
  recipe: { steps: 4, batch: 4, learningRate: 1e-2, maxTokens: 32, ...recipe },
  seed: 3,
  threads: 2,
  texts: 12,
  workFolder: join(work, name),
  checkpointEvery: 2,
})

function context(changes: Partial<JobContext> = {}): JobContext {
  const silent = () => {}
  return {
    signal: new AbortController().signal,
    jobId: 'train',
    resume: undefined,
    ...{ report: silent, checkpoint: silent, scores: silent, predictions: silent },
    texts: () => Promise.resolve(tinyTexts(12)),
    ...changes,
  }
}

/** Stops at the first checkpoint; gives its path. */
async function stopped(name: string, recipe: Partial<Recipe>): Promise<string> {
  const controller = new AbortController()
  let saved = ''
  const checkpoint = (path: string) => {
    saved = path
    controller.abort()
  }
  const stopping = context({ signal: controller.signal, checkpoint })
  await assert.rejects(runTrain(spec(name, recipe), stopping), { code: 'job.cancelled' })
  return saved
}

test('adapters with parts and offload: checkpoints hold adapters, the model is one as any other', async () => {
  const train = { lora: { rank: 2, alpha: 4, targets: 'query-value' } } as const
  const recipe: Partial<Recipe> = { train, accumulate: 2, offload: true }
  const whole = await runTrain(spec('whole', recipe), context())
  const path = await stopped('parts', recipe)
  const { tensors } = await readWeights(path)
  assert.ok([...tensors.keys()].every((name) => name.includes('.lora_')))
  const resumed = await runTrain(spec('parts', recipe), context({ resume: path }))
  assert.equal(resumed.sha256, whole.sha256)
  const [before, trained] = [await readModel(base), await readModel(whole.model)]
  const changed = [...before.weights].filter(([name, { data }]) => {
    const now = trained.weights.get(name)!.data
    return data.some((value, i) => value !== now[i])
  })
  assert.ok(changed.length === 4 && changed.every(([name]) => /(query|value)\.weight$/.test(name)))
})

test('a run that trains the last layer leaves everything below as it was', async () => {
  const { model, recipe } = await runTrain(spec('top', { train: { top: 1 } }), context())
  assert.deepEqual([recipe.train, recipe.optimizer, recipe.accumulate], [{ top: 1 }, 'adamw', 1])
  const [before, trained] = [await readModel(base), await readModel(model)]
  for (const [name, { data }] of before.weights) {
    const isTrained = /layer\.1\.|^cls\./.test(name)
    if (!isTrained) assert.deepEqual(trained.weights.get(name)!.data, data, name)
  }
})

test('more layers than the model has are refused before the first step', async () => {
  await assert.rejects(runTrain(spec('tall', { train: { top: 3 } }), context()), {
    code: 'train.tooManyLayers',
  })
})
