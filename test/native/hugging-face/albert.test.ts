import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { PretrainSpec, TrainSpec } from '../../../core/job.ts'
import { floatData } from '../../../engine/executor.ts'
import { parameterCount, parameterShapes } from '../../../learn/model/parameters.ts'
import { recipeFor } from '../../../learn/recipe.ts'
import { runExport } from '../../../worker/export-job.ts'
import type { JobContext } from '../../../worker/job-context.ts'
import { readModel } from '../../../worker/model-folder.ts'
import { runPretrain } from '../../../worker/pretrain-job.ts'
import { runTrain } from '../../../worker/train-job.ts'
import { briefSettings } from '../../fixtures/pretrain-settings.ts'
import { tinyTexts } from '../../fixtures/tiny-model.ts'
import { context, exportSpec, singleTask, temporaryFolder, textsOf } from '../export/tiny-export.ts'
import { folderOf } from './fixtures.ts'

const temporary = temporaryFolder()
after(temporary.remove)

const spec: TrainSpec = {
  kind: 'train',
  task: singleTask,
  base: folderOf('albert'),
  recipe: { steps: 30, batch: 8, maxTokens: 32, learningRate: 3e-3 },
  seed: 1,
  threads: 1,
  texts: 32,
  workFolder: join(temporary.path, 'run'),
  checkpointEvery: 100,
}

test('ALBERT is trained, resumed bit for bit, and exported with parity', async () => {
  const losses: number[] = []
  const quiet = context({ texts: tinyTexts(32) })
  const whole = await runTrain(spec, {
    ...quiet,
    report: ({ figures }) => losses.push(figures['loss']!),
  })
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length
  assert.ok(mean(losses.slice(-10)) < 0.8 * mean(losses.slice(0, 10)), losses.join())

  const workFolder = join(temporary.path, 'in two parts')
  const stop = new AbortController()
  let resume = ''
  const first = runTrain(
    { ...spec, workFolder },
    {
      ...quiet,
      signal: stop.signal,
      report: ({ done }) => done === 12 && stop.abort(),
      checkpoint: (path) => (resume = path),
    },
  )
  await assert.rejects(first, { code: 'job.cancelled' })
  const resumed = await runTrain({ ...spec, workFolder }, { ...quiet, resume })
  assert.equal(resumed.sha256, whole.sha256)

  const folder = join(temporary.path, 'export')
  const outside = context({ texts: textsOf(singleTask) })
  const { parity } = await runExport(exportSpec(singleTask, whole.model, folder), outside)
  const [node, transformers] = parity
  assert.ok(node!.worst! > 0 && node!.worst! <= 1e-4, node!.note)
  assert.ok(transformers!.worst! <= 1e-4, transformers!.note)
  const kept = await readModel(join(folder, 'mlm'))
  assert.equal(kept.config.family, 'albert')
  const trained = await readModel(whole.model)
  for (const [name, tensor] of trained.weights) {
    assert.deepEqual(floatData(kept.weights.get(name)), floatData(tensor), name)
  }
})

test('ALBERT is trained further on raw text, with all of its parameters', async () => {
  const corpus = join(temporary.path, 'corpus.txt')
  writeFileSync(
    corpus,
    tinyTexts(600)
      .map(({ a }) => `${a}，${a}`)
      .join('\n'),
  )
  const steps = 40
  const pretrain: PretrainSpec = {
    kind: 'pretrain',
    corpus: [{ path: corpus, weight: 1 }],
    start: { base: folderOf('albert') },
    settings: {
      ...{ ...briefSettings, steps, heldOut: 0 },
      shapes: [{ batch: 8, tokens: 32, share: 1 }],
    },
    workFolder: join(temporary.path, 'pretraining'),
    out: join(temporary.path, 'further'),
    dtype: 'F32',
    threads: 1,
    checkpointEvery: steps,
    evaluateEvery: steps,
  }
  const losses: number[] = []
  const report: JobContext['report'] = ({ figures: { loss } }) => {
    if (loss !== undefined) losses.push(loss)
  }
  await runPretrain(pretrain, { ...context(), report })
  assert.ok(losses.at(-1)! < losses[0]!, losses.join())
  const [before, after] = [await readModel(folderOf('albert')), await readModel(pretrain.out)]
  assert.deepEqual(after.config, before.config)
  for (const [name, tensor] of before.weights) {
    assert.notDeepEqual(floatData(after.weights.get(name)), floatData(tensor), name)
  }
})

test('what layers share is stored once and counts for the learning rate as often as it serves', () => {
  const base = {
    family: 'albert',
    vocabSize: 21_128,
    embeddingSize: 128,
    hiddenSize: 768,
    layers: 12,
    heads: 12,
    intermediateSize: 3072,
    maxPositions: 512,
    typeVocabSize: 2,
    layerNormEpsilon: 1e-12,
    activation: 'gelu_new',
  } as const
  assert.equal(
    [...parameterShapes(base).keys()].filter((name) => name.endsWith('ffn.weight')).length,
    1,
  )
  assert.ok(parameterCount(base) < 11e6)
  assert.equal(recipeFor(base, 32).learningRate, 1e-5)
  assert.equal(recipeFor({ ...base, family: 'bert' }, 32).learningRate, 1e-5)
})
