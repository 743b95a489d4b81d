import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { PretrainSpec } from '../../core/job.ts'
import { lineOf, tokenMask, wordStart } from '../../learn/pretrain/corpus.ts'
import { floats } from '../../engine/executor.ts'
import { parameterShapes } from '../../learn/model/parameters.ts'
import { readCheckpoint, writeCheckpoint } from '../../worker/checkpoint.ts'
import { prepareCorpus } from '../../worker/corpus.ts'
import type { JobContext } from '../../worker/job-context.ts'
import { readModel, readModelShape } from '../../worker/model-folder.ts'
import { runPretrain } from '../../worker/pretrain-job.ts'
import { hashFile } from '../../worker/weight-file.ts'
import { briefSettings } from '../fixtures/pretrain-settings.ts'

const folder = await mkdtemp(join(tmpdir(), 'shiliu-corpus-'))
after(() => rm(folder, { recursive: true }))

const sample = new URL('../../resources/sample/texts.csv', import.meta.url)
const texts = (await readFile(sample, 'utf8')).split('\n').slice(1).filter(Boolean)
/** 400 texts, a document each. */
const plain = join(folder, 'plain.txt')
await writeFile(plain, texts.map((line) => line.split(',')[1]).join('\n'))
/** The same as documents of four lines, compressed. */
const documents = join(folder, 'documents.txt.gz')
const joined = texts.map((line, i) => `${line.split(',')[1]}${i % 4 === 3 ? '\n' : ''}`)
await writeFile(documents, gzipSync(joined.join('\n')))

const silent = () => {}

test('a corpus is segmented, split by documents, and read back from its cache', async () => {
  const files = [
    { path: plain, weight: 1 },
    { path: documents, weight: 2 },
  ]
  const cache = join(folder, 'cache')
  const fresh = await prepareCorpus(files, 900, cache, silent)
  const { corpus, tokenizer } = fresh
  assert.deepEqual(
    corpus.sources.map(({ name }) => name),
    ['plain.txt', 'documents.txt.gz'],
  )
  for (const { first, end, heldOut } of corpus.sources) {
    assert.ok(heldOut.length > 0 && end - first > 10 * heldOut.length)
    assert.ok(heldOut.every((line) => line >= end))
  }
  assert.equal(corpus.sources[1]!.heldOut.length % 4, 0, 'documents are held out whole')
  const line = lineOf(corpus, 0)
  assert.ok(line[0]! & wordStart)
  assert.ok(
    line.some((token) => (token & wordStart) === 0),
    'some words have two tokens',
  )
  assert.ok(line.every((token) => (token & tokenMask) < tokenizer.size))
  const again = await prepareCorpus(files, 900, cache, () => assert.fail('prepared twice'))
  assert.deepEqual(again.corpus, corpus)
  assert.deepEqual(again.tokenizer.vocab, tokenizer.vocab)
})

function spec(name: string): PretrainSpec {
  return {
    kind: 'pretrain',
    corpus: [{ path: plain, weight: 1 }],
    start: {
      size: {
        vocabSize: 900,
        layers: 1,
        hiddenSize: 32,
        heads: 2,
        intermediateSize: 64,
        maxPositions: 32,
      },
    },
    settings: {
      ...briefSettings,
      steps: 8,
      shapes: [
        { batch: 4, tokens: 16, share: 1 },
        { batch: 2, tokens: 32, share: 1 },
      ],
      heldOut: 8,
    },
    workFolder: join(folder, name),
    out: join(folder, name, 'model'),
    dtype: 'F32',
    threads: 2,
    checkpointEvery: 3,
    evaluateEvery: 4,
  }
}

function context(controller = new AbortController(), resume?: string): JobContext {
  const { signal } = controller
  return {
    signal,
    jobId: 'pretrain',
    resume,
    report: silent,
    checkpoint: silent,
    scores: silent,
    predictions: silent,
    texts: () => Promise.reject(new Error('no texts are asked for')),
  }
}

test('pretraining that is stopped and resumed makes the same model', async () => {
  const whole = await runPretrain(spec('whole'), context())
  assert.equal(whole.steps, 8)
  assert.ok(whole.heldOutAccuracy! >= 0 && whole.heldOutAccuracy! <= 1)
  const controller = new AbortController()
  let saved = ''
  await assert.rejects(
    runPretrain(spec('parts'), {
      ...context(controller),
      checkpoint: (path) => {
        saved = path
        controller.abort()
      },
    }),
    { code: 'job.cancelled' },
  )
  const resumed = await runPretrain(spec('parts'), context(undefined, saved))
  assert.deepEqual([resumed.steps, resumed.tokens], [8, whole.tokens])
  const curve = (name: string) => readFile(join(folder, name, 'curve.jsonl'), 'utf8')
  assert.equal(await curve('parts'), await curve('whole'))
  const weights = (model: string) => hashFile(join(model, 'model.safetensors'))
  assert.equal(await weights(resumed.model), await weights(whole.model))
  const { config, tokenizer } = await readModel(resumed.model)
  assert.equal(config.vocabSize, tokenizer.size)
})

test('a model can be trained further, with its own vocabulary', async () => {
  const first = await runPretrain(spec('base'), context())
  const further = { ...spec('further'), start: { base: first.model } }
  const { model } = await runPretrain(further, context())
  const [before, after] = [await readModel(first.model), await readModel(model)]
  assert.deepEqual(after.tokenizer.vocab, before.tokenizer.vocab)
  assert.notDeepEqual(after.weights, before.weights)
})

test('a corpus whose files have changed is prepared anew', async () => {
  const changing = join(folder, 'changing.txt')
  const cache = join(folder, 'changing')
  const lineCount = async (lines: string[]) => {
    await writeFile(changing, lines.join('\n'))
    const { corpus } = await prepareCorpus([{ path: changing, weight: 1 }], 300, cache, silent)
    return corpus.lines.length - 1
  }
  assert.equal(await lineCount(['今天饭菜很香', '明天再来一次']), 2)
  assert.equal(await lineCount(['今天饭菜很香', '明天再来一次', '后天也要过来']), 3)
})

test('what would fail in the middle is refused before the first step', async () => {
  const refused = (name: string, change: (given: PretrainSpec) => PretrainSpec, code: string) =>
    assert.rejects(runPretrain(change(spec(name)), context()), { code })
  const short = join(folder, 'short.txt')
  await writeFile(short, '太短了\n')
  await refused('a', (given) => ({ ...given, out: folder }), 'pretrain.outTaken')
  await refused('b', (s) => ({ ...s, corpus: [{ path: short, weight: 1 }] }), 'pretrain.noText')
  const shapes = [{ batch: 2, tokens: 64, share: 1 }]
  await refused(
    'c',
    (given) => ({ ...given, settings: { ...given.settings, shapes } }),
    'pretrain.tooLong',
  )
})

test('a corpus too small to hold anything out is trained on and not measured', async () => {
  const few = join(folder, 'few.txt')
  await writeFile(few, ['今天饭菜很香', '明天再来一次', '后天也要过来'].join('\n'))
  const result = await runPretrain(
    { ...spec('few'), corpus: [{ path: few, weight: 1 }] },
    context(),
  )
  assert.equal(result.heldOutAccuracy, null)
})

test('training that diverges says so and leaves the last checkpoint as it was', async () => {
  const given = spec('diverged')
  const settings = { ...given.settings, learningRate: 1e30, warmup: 0 }
  await assert.rejects(runPretrain({ ...given, settings, checkpointEvery: 1 }, context()), {
    code: 'train.diverged',
  })
  const { config } = await readModelShape(join(folder, 'whole', 'model'))
  const { snapshot } = await readCheckpoint(
    join(folder, 'diverged', 'checkpoint.safetensors'),
    parameterShapes(config),
  )
  for (const { data } of snapshot.tensors.values()) {
    assert.ok((data as Float32Array).every(Number.isFinite))
  }
})

const noFullDevice = process.platform !== 'linux' && 'only Linux has a device that is always full'

test('a full disk ends the job with a sentence', { skip: noFullDevice }, async () => {
  const path = join(folder, 'full.safetensors')
  const snapshot = { step: 0, tensors: new Map([['w', floats([2], Float32Array.of(1, 2))]]) }
  await writeCheckpoint(path, snapshot)
  const before = await hashFile(path)
  await symlink('/dev/full', `${path}.part`)
  await assert.rejects(writeCheckpoint(path, { ...snapshot, step: 1 }), {
    code: 'model.cannotWrite',
  })
  assert.equal(await hashFile(path), before)
  assert.ok(!(await readdir(folder)).includes('full.safetensors.part'))
})
