import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { ExportResult, Prediction } from '../../../core/job.ts'
import { argmax, softmax } from '../../../core/probability.ts'
import type { Task } from '../../../core/task.ts'
import { checksumFile } from '../../../core/checksums.ts'
import { floatData } from '../../../engine/executor.ts'
import { writeChecksums } from '../../../main/export/checksums.ts'
import { runExport } from '../../../worker/export-job.ts'
import { readModel, writeModel } from '../../../worker/model-folder.ts'
import { runPredict } from '../../../worker/predict-job.ts'
import {
  context,
  exportSpec,
  largestDifference,
  loudModel,
  pairTask,
  reference,
  settings,
  singleTask,
  temporaryFolder,
  textsOf,
} from './tiny-export.ts'

const run = promisify(execFile)
const temporary = temporaryFolder()
after(temporary.remove)
const base = join(temporary.path, 'model')
await writeModel(base, loudModel())
// The snippets find their packages as they would in a user's project.
symlinkSync(
  resolve(import.meta.dirname, '../../../node_modules'),
  join(temporary.path, 'node_modules'),
)

const python = await run('python3', ['-c', 'import onnxruntime, tokenizers, numpy']).then(
  () => undefined,
  () => 'Python has no onnxruntime, tokenizers and numpy',
)

for (const task of [singleTask, pairTask]) {
  describe(`an export for ${task.kind} texts`, async () => {
    const folder = join(temporary.path, `${task.kind} 导出`)
    const phases: string[] = []
    const onPhase = (phase: string) => void phases.push(phase)
    const result = await runExport(
      exportSpec(task, base, folder),
      context({ texts: textsOf(task), onPhase }),
    )

    test('has every file of the contract and no other', () => {
      assert.deepEqual(result.files, [
        'config.json',
        'mlm/config.json',
        'mlm/model.safetensors',
        'mlm/tokenizer.json',
        'mlm/tokenizer_config.json',
        'mlm/vocab.txt',
        'onnx/model.onnx',
        'pattern.json',
        'snippets/pipeline.mjs',
        'snippets/predict.mjs',
        'snippets/predict.py',
        'tokenizer.json',
        'tokenizer_config.json',
        'vocab.txt',
      ])
      const onDisk = readdirSync(folder, { recursive: true, withFileTypes: true })
      assert.equal(onDisk.filter((entry) => entry.isFile()).length, result.files.length)
      assert.ok(!readdirSync(temporary.path).some((name) => name.includes('.part')))
    })

    test('was compared in Node and transformers.js, and in Python where it can be', () => {
      const [node, transformers, other] = result.parity
      const own = textsOf(task).length
      assert.equal(node!.note, 'logits')
      assert.ok(node!.texts > own && node!.worst! > 0 && node!.worst! <= 1e-4)
      assert.ok(transformers!.texts > own && transformers!.worst! <= 1e-4, transformers!.note)
      assert.match(transformers!.note, task.kind === 'pair' ? /^logits/ : /^probabilities/)
      if (python === undefined) assert.ok(other!.worst! <= 1e-4, other!.note)
      else assert.match(other!.note, /^not checked: /)
      assert.deepEqual(phases.at(-1), 'done')
    })

    test('names the classes, and says what it is', () => {
      const config = readJson(folder, 'config.json')
      const names = task.classes.map(({ name }) => name)
      assert.deepEqual(config['id2label'], { 0: names[0], 1: names[1] })
      assert.deepEqual(config['label2id'], { [names[0]!]: 0, [names[1]!]: 1 })
      assert.deepEqual(config['architectures'], ['BertForSequenceClassification'])
      assert.equal(
        readJson(folder, 'mlm/config.json')['architectures']?.toString(),
        'BertForMaskedLM',
      )
      // The longest variant has nine constants: two masks, [CLS], [SEP] and the pattern's characters.
      const budget = settings.maxTokens - 9
      const expected = task.kind === 'pair' ? 2 * budget + 3 : budget + 2
      assert.equal(readJson(folder, 'tokenizer_config.json')['model_max_length'], expected)
      assert.equal(result.modelMaxLength, expected)
      const pattern = readJson(folder, 'pattern.json')
      assert.deepEqual(pattern['patterns'], task.patterns)
      assert.equal(pattern['temperature'], settings.temperature)
    })

    test('carries the trainable weights as they were', async () => {
      const kept = await readModel(join(folder, 'mlm'))
      for (const [name, tensor] of loudModel().weights) {
        assert.deepEqual(floatData(kept.weights.get(name)), floatData(tensor), name)
      }
    })

    test('answers by itself as the trained model does, in the order of the texts', async () => {
      const predictions = await predictAll(folder, task)
      const scored = await reference(loudModel(), task, settings.temperature)
      assert.deepEqual(
        predictions.map(({ id }) => id),
        textsOf(task).map(({ id }) => id),
      )
      const logits = predictions.map((one) => one.logits)
      assert.ok(
        largestDifference(
          logits,
          scored.map((one) => one.logits),
        ) <= 1e-4,
      )
      for (const { label, score, logits } of predictions) {
        assert.equal(label, task.classes[argmax(logits)]!.name)
        assert.equal(score, Math.max(...softmax(logits)))
      }
    })

    const answer = /^(?:好评 "\+"|差评\|坏) (0\.[5-9]\d{3}|1\.0000) /gm
    const texts = textsOf(task).slice(0, 1)
    const asArguments = texts.flatMap(({ a, b }) => (b === undefined ? [a] : [a, b]))

    for (const snippet of ['predict.mjs', 'pipeline.mjs']) {
      test(`ships ${snippet}, which runs and answers the same`, async () => {
        const file = join(folder, 'snippets', snippet)
        const [own] = await predictAll(folder, task)
        const { stdout } = await run(process.execPath, [file, ...asArguments])
        assert.equal(stdout, line(own!, asArguments))
        const examples = await run(process.execPath, [file])
        assert.ok(examples.stdout.match(answer)!.length >= 1, examples.stdout)
      })
    }

    test('ships predict.py, which runs and answers the same', { skip: python }, async () => {
      const file = join(folder, 'snippets', 'predict.py')
      const [own] = await predictAll(folder, task)
      const { stdout } = await run('python3', ['-B', file, ...asArguments])
      assert.equal(stdout, line(own!, asArguments))
    })

    test('is refused when a file is missing or changed', async () => {
      const copy = join(temporary.path, `${task.kind} copy`)
      const refusal = async (damage: () => void, code: string, about: RegExp) => {
        rmSync(copy, { recursive: true, force: true })
        cpSync(folder, copy, { recursive: true })
        damage()
        const expected = (error: Error & { code: string }) => {
          assert.equal(error.code, code)
          assert.match(error.message, about)
          return true
        }
        await assert.rejects(predictAll(copy, task), expected)
      }
      const remove = (name: string) => () => rmSync(join(copy, name))
      const write = (name: string, text: string) => () => writeFileSync(join(copy, name), text)
      await refusal(remove('onnx/model.onnx'), 'export.notAnExport', /model\.onnx is missing/)
      await refusal(remove('tokenizer.json'), 'export.notAnExport', /tokenizer\.json is missing/)
      await refusal(write('onnx/model.onnx', 'no'), 'export.damaged', /expected an ONNX model/)
      await refusal(write('config.json', '{'), 'export.damaged', /config\.json.*expected JSON/)
      await refusal(write('config.json', '{}'), 'export.damaged', /expected id2label/)
      await refusal(write('tokenizer.json', '{"model":1}'), 'export.damaged', /tokenizer\.json/)
      await writeChecksums(folder)
      await refusal(write('vocab.txt', 'x'), 'export.damaged', /vocab\.txt.*expected SHA-256/)
      await refusal(remove('mlm/config.json'), 'export.notAnExport', /mlm\/config\.json/)
      await refusal(write(checksumFile, 'x'), 'export.damaged', /SHA-256 and path/)
      assert.ok((await predictAll(folder, task)).length > 0)
    })
  })
}

test('a text too many or too few is refused before anything is answered', async () => {
  const folder = (task: Task) => join(temporary.path, `${task.kind} 导出`)
  const predict = (task: Task, given: Task) => predictAll(folder(task), given)
  await assert.rejects(predict(pairTask, singleTask), { code: 'export.needsPair' })
  await assert.rejects(predict(singleTask, pairTask), { code: 'export.needsSingle' })
})

describe('an export that does not succeed', () => {
  const target = join(temporary.path, 'target')
  const attempt = (task: Task, more: Parameters<typeof context>[0] = {}): Promise<ExportResult> =>
    runExport(exportSpec(task, base, target), context({ texts: textsOf(task), ...more }))

  test('leaves nothing behind when it is stopped', async () => {
    const controller = new AbortController()
    const onPhase = (phase: string) => void (phase === 'reference' && controller.abort())
    const stopped = attempt(singleTask, { signal: controller.signal, onPhase })
    await assert.rejects(stopped, { code: 'job.cancelled' })
    assert.ok(!readdirSync(temporary.path).some((name) => name.startsWith('target')))
  })

  test('never touches a folder that holds something', async () => {
    const spec = exportSpec(singleTask, base, base)
    const before = readdirSync(base)
    await assert.rejects(runExport(spec, context()), { code: 'export.folderExists' })
    assert.deepEqual(readdirSync(base), before)
    const file = join(base, 'vocab.txt')
    const onFile = runExport(exportSpec(singleTask, base, file), context())
    await assert.rejects(onFile, { code: 'export.folderExists' })
  })

  test('says so when it may not write there', async () => {
    const inFile = exportSpec(singleTask, base, join(base, 'vocab.txt', 'target'))
    await assert.rejects(runExport(inFile, context()), { code: 'export.cannotWrite' })
  })

  test('is refused for a task that the model cannot spell', async () => {
    const group = { name: '生僻', words: { good: '龘', bad: '坏' } }
    await assert.rejects(attempt({ ...singleTask, groups: [group] }), { code: /^word\./ })
  })
})

async function predictAll(folder: string, task: Task): Promise<Prediction[]> {
  const texts = textsOf(task)
  const predictions: Prediction[] = []
  const onPredictions = (items: readonly Prediction[]) => void predictions.push(...items)
  const spec = { kind: 'predict', folder, threads: 1, texts: texts.length } as const
  await runPredict(spec, context({ texts, onPredictions }))
  return predictions
}

function line({ label, score }: Prediction, texts: readonly string[]): string {
  return `${label} ${score.toFixed(4)} ${texts.join(' ')}\n`
}

function readJson(folder: string, name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>
}
