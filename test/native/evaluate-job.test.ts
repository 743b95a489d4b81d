import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import type { EvaluateSpec } from '../../core/job.ts'
import { runEvaluate } from '../../worker/evaluate-job.ts'

const folder = await mkdtemp(join(tmpdir(), 'shiliu-fewclue-'))
after(() => rm(folder, { recursive: true }))

const good = ['很好吃', '下次还来', '服务热情', '物美价廉', '非常满意', '质量不错']
const bad = ['太难吃', '不会再来', '服务冷淡', '又贵又差', '非常失望', '质量很差']
const labelled = [
  ...good.map((sentence) => ({ sentence, label: 'Positive' })),
  ...bad.map((sentence) => ({ sentence, label: 'Negative' })),
]
const test_public = [
  { sentence: '这家店很不错', label: 'Positive' },
  { sentence: '等了太久，生气', label: 'Negative' },
]
const pool = [
  '这家店很不错',
  '今天天气很好',
  '今天天气很好',
  '菜有点咸',
  '位置不太好找',
  '环境很干净',
]

const write = (name: string, records: readonly object[]) =>
  writeFile(join(folder, `${name}.json`), records.map((r) => `${JSON.stringify(r)}\n`).join(''))
await write('train_0', labelled)
await write('dev_0', labelled.slice(4, 8))
await write('test_public', test_public)
await write(
  'unlabeled',
  pool.map((sentence) => ({ sentence })),
)

const spec: EvaluateSpec = {
  kind: 'evaluate',
  fewclue: folder,
  task: 'eprstmt',
  splits: [0],
  final: true,
  base: resolve(import.meta.dirname, '../../resources/model'),
  methods: ['majority', 'zero-shot', 'single', 'fuzzy'],
  poolSteps: 2,
  recipe: { steps: 2, batch: 4, maxTokens: 32 },
  seed: 1,
  threads: 2,
  workFolder: join(folder, 'work'),
}

const context = {
  signal: new AbortController().signal,
  jobId: 'evaluate',
  resume: undefined,
  report: () => {},
  checkpoint: () => {},
  scores: () => {},
  predictions: () => {},
  texts: () => Promise.reject(new Error('no texts are asked for')),
}

test('every method answers the test texts, after continued pretraining on a clean pool', async () => {
  const { rows, pool: report } = await runEvaluate(spec, context)
  assert.deepEqual(report, { texts: 4, inTest: 1, repeated: 1 })
  assert.deepEqual(
    rows.map(({ method }) => method),
    ['majority', 'zero-shot', 'single 词组1', 'single 词组2', 'single 词组3', 'Fuzzy-PET A'],
  )
  assert.ok(rows.every(({ n, correct }) => n === 2 && correct.length === 2))
})

test("without --final the split's own dev is read, and the pool is not touched", async () => {
  const methods = ['zero-shot', 'fuzzy'] as const
  const own = { ...spec, final: false, poolSteps: 0, methods: [...methods] }
  const { rows, pool: report } = await runEvaluate(own, context)
  assert.equal(report, null)
  assert.deepEqual(
    rows.map(({ method }) => method),
    ['zero-shot', 'Fuzzy-PET A'],
  )
  assert.ok(rows.every(({ n }) => n === 4))
})

test('an unknown task, a missing file and a pattern longer than the texts are refused', async () => {
  await assert.rejects(runEvaluate({ ...spec, task: 'poems' }, context), {
    code: 'benchmark.unknownTask',
  })
  await assert.rejects(runEvaluate({ ...spec, splits: [3], poolSteps: 0 }, context), {
    code: 'benchmark.noFile',
  })
  const short = { ...spec, poolSteps: 0, recipe: { ...spec.recipe, maxTokens: 16 } }
  await assert.rejects(runEvaluate(short, context), { code: 'pattern.tooLong' })
})
