import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { statSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { judgeInt8 } from '../../../core/int8.ts'
import type { Int8Result, Int8Spec, Prediction } from '../../../core/job.ts'
import { argmax } from '../../../core/probability.ts'
import { wilson } from '../../../core/statistics.ts'
import type { Task, TextItem } from '../../../core/task.ts'
import { ortExecutor } from '../../../worker/ort.ts'
import { runExport } from '../../../worker/export-job.ts'
import { runInt8 } from '../../../worker/int8-job.ts'
import { writeModel } from '../../../worker/model-folder.ts'
import { runPredict } from '../../../worker/predict-job.ts'
import { tinyModel, tinyTask, tinyTexts } from '../../fixtures/tiny-model.ts'
import { tinyTraining } from '../../fixtures/tiny-training.ts'
import {
  context,
  exportSpec,
  loudModel,
  pairTask,
  singleTask,
  temporaryFolder,
  textsOf,
} from './tiny-export.ts'

const run = promisify(execFile)
const temporary = temporaryFolder()
after(temporary.remove)
symlinkSync(
  resolve(import.meta.dirname, '../../../node_modules'),
  join(temporary.path, 'node_modules'),
)

function agreement({ answers }: Int8Result) {
  const same = answers.filter(({ float32, int8 }) => float32 === int8).length
  return { n: answers.length, ...wilson(same, answers.length) }
}

describe('a trained model', async () => {
  const base = join(temporary.path, 'trained')
  const executor = ortExecutor({ threads: 1 })
  const recipe = { steps: 120, batch: 8, learningRate: 3e-3, maxTokens: 32 }
  const { weights } = await tinyTraining({ executor }, recipe, { items: tinyTexts(32) })
  await executor.dispose()
  await writeModel(base, { ...tinyModel(), weights: new Map(weights) })
  const texts = tinyTexts(660, 7).map(({ a }, id): TextItem => ({ id, a }))
  const spec: Int8Spec = {
    kind: 'int8',
    task: tinyTask,
    model: base,
    temperature: 1,
    threads: 1,
    maxTokens: 32,
    texts: texts.length,
    calibration: 60,
  }

  test('in int8 passes the gate: a smaller file that gives the same classes', async () => {
    const phases = new Set<string>()
    const onPhase = (phase: string) => void phases.add(phase)
    const result = await runInt8(spec, context({ texts, onPhase }))
    assert.equal(judgeInt8(agreement(result)), 'passed')
    assert.deepEqual([...phases], ['calibrate', 'compare'])
    assert.deepEqual(
      result.answers.map(({ id }) => id),
      texts.slice(60).map(({ id }) => id),
    )
    assert.ok(result.bytes.int8 < result.bytes.float32)
    assert.ok(result.milliseconds.int8 > 0 && result.milliseconds.float32 > 0)
    const [first, second] = result.shift as [number, number]
    assert.ok(Math.abs(first + second) < 1e-9, 'what classes have in common is no shift')
  })

  test('with weights of two bits does not', async () => {
    const result = await runInt8(spec, context({ texts }), { bits: 2 })
    assert.equal(judgeInt8(agreement(result)), 'failed')
  })

  test('is not measured to the end when the job is stopped', async () => {
    const controller = new AbortController()
    const onPhase = () => controller.abort()
    const stopped = runInt8(spec, context({ texts, onPhase, signal: controller.signal }))
    await assert.rejects(stopped, { code: 'job.cancelled' })
  })
})

for (const task of [singleTask, pairTask]) {
  describe(`an export for ${task.kind} texts with int8`, async () => {
    const base = join(temporary.path, `${task.kind} model`)
    await writeModel(base, loudModel())
    const folder = join(temporary.path, `${task.kind} export`)
    const texts = textsOf(task)
    const result = await runExport(
      { ...exportSpec(task, base, folder), int8: { shift: [0.25, -0.25] } },
      context({ texts }),
    )

    test('has the file that transformers.js looks for', () => {
      assert.ok(result.files.includes('onnx/model_quantized.onnx'))
      const size = (name: string) => statSync(join(folder, 'onnx', name)).size
      assert.ok(size('model_quantized.onnx') < size('model.onnx'))
    })

    test('gives the same answers in Node and in transformers.js with q8', () => {
      const [node, transformers] = result.int8Parity
      for (const line of [node!, transformers!]) {
        assert.equal(line.state, 'agreed', line.note)
        assert.ok(line.texts > 8 && line.worst! <= 1e-2)
      }
    })

    test('answers by predict, each of its models as itself', async () => {
      const float32 = await predictAll(folder, task, 'float32')
      const int8 = await predictAll(folder, task, 'int8')
      const differences = int8.map(({ logits }, i) => logits[0]! - float32[i]!.logits[0]!)
      const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length
      assert.ok(mean < -0.1 && mean > -0.4, `the shift is taken off: ${mean}`)
    })

    for (const snippet of ['predict.mjs', 'pipeline.mjs']) {
      test(`ships ${snippet}, which answers with it`, async () => {
        const { a, b } = texts.at(-1)!
        const given = b === undefined ? [a] : [a, b]
        const file = join(folder, 'snippets', snippet)
        const [own] = await predictAll(folder, task, 'int8', [texts.at(-1)!])
        const { stdout } = await run(process.execPath, [file, '--int8', ...given])
        const name = task.classes[argmax(own!.logits)]!.name
        assert.equal(stdout, `${name} ${own!.score.toFixed(4)} ${given.join(' ')}\n`)
      })
    }
  })
}

test('a folder without an int8 model says so', async () => {
  const folder = join(temporary.path, 'float only')
  const base = join(temporary.path, 'single model')
  await runExport(exportSpec(singleTask, base, folder), context({ texts: textsOf(singleTask) }))
  await assert.rejects(predictAll(folder, singleTask, 'int8'), { code: 'export.noInt8' })
})

async function predictAll(
  folder: string,
  task: Task,
  model: 'float32' | 'int8',
  texts: readonly TextItem[] = textsOf(task),
): Promise<Prediction[]> {
  const predictions: Prediction[] = []
  const onPredictions = (items: readonly Prediction[]) => void predictions.push(...items)
  const spec = { kind: 'predict', folder, model, threads: 1, texts: texts.length } as const
  await runPredict(spec, context({ texts, onPredictions }))
  return predictions
}
