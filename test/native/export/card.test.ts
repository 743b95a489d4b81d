import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parseChecksums } from '../../../core/checksums.ts'
import { defaultStepOptions } from '../../../core/step-options.ts'
import { exportedFiles, verifyChecksums } from '../../../main/export/checksums.ts'
import { finishExport } from '../../../main/export/finish-export.ts'
import { modelCard, type ModelCardData } from '../../../main/export/model-card.ts'
import { singleTask, temporaryFolder } from './tiny-export.ts'

const temporary = temporaryFolder()
after(temporary.remove)

const card: ModelCardData = {
  name: '网店\n评论',
  exportedAt: new Date('2026-03-04T05:06:07Z'),
  program: 'Shiliu 0.1.0',
  task: singleTask,
  guideline: '说好的算好评。\n其余算差评。',
  round: 2,
  seed: 7,
  steps: 120,
  finalLoss: 0.123456,
  recipe: {
    steps: 120,
    batch: 16,
    learningRate: 3e-4,
    warmup: 0.1,
    weightDecay: 0.01,
    clip: 1,
    dropout: 0.1,
    maxTokens: 128,
    ...defaultStepOptions,
  },
  environment: {
    onnxruntime: '1.30.0',
    provider: 'cpu',
    threads: 2,
    cpu: 'Xeon',
    node: 'v24.21.0',
  },
  sha256: 'a'.repeat(64),
  base: 'b'.repeat(64),
  texts: { gold: 32, accepted: 40, rejected: 3 },
  provenance: [
    { class: 'good', source: 'human', count: 16 },
    { class: 'good', source: 'accepted', count: 40 },
    { class: 'bad', source: 'human', count: 16 },
    { class: 'bad', source: 'rejected', count: 3 },
  ],
  heldOut: {
    n: 100,
    accuracy: { successes: 83, n: 100, value: 0.83, low: 0.745, high: 0.891 },
    macroF1: { value: 0.829, low: 0.751, high: 0.9 },
    compared: 2,
  },
  audits: [
    {
      population: 41,
      n: 41,
      threshold: 0.9,
      state: 'passed',
      precision: { successes: 40, n: 41, value: 40 / 41, low: 40 / 41, high: 40 / 41 },
    },
  ],
  temperature: 1,
  modelMaxLength: 121,
  parity: [
    {
      runtime: 'onnxruntime-node',
      state: 'agreed',
      texts: 238,
      leftOut: 0,
      worst: 3.1e-6,
      note: 'logits',
    },
    {
      runtime: 'Python onnxruntime',
      state: 'notChecked',
      texts: 0,
      leftOut: 0,
      worst: null,
      note: 'not checked: no | Python',
    },
  ],
  int8: null,
}

test('the card tells classes, words, provenance, audits and figures with their intervals', () => {
  const text = modelCard(card)
  const rows = [
    '# 网店 评论',
    '| 类别 Class | 满意 | 喜欢 | 好坏 |',
    '| 差评\\|坏 | 失望 | 讨厌 | 坏 |',
    '| 类别 Class | 人工标注 labelled by hand | 批量批准 approved in bulk | 不是这类 not this class |',
    '| 好评 "+" | 16 | 40 | 0 |',
    '| 1 | 41 | 41 | 90.0% | 97.6% (97.6–97.6), 40/41 | 通过 passed |',
    '| 准确率 Accuracy | 83.0% (74.5–89.1), 83/100 | Wilson |',
    '| 宏平均 F1 Macro F1 | 82.9% (75.1–90.0) | bootstrap |',
    '| onnxruntime-node | 相同 same | 238 | 3.1e-6 | logits |',
    '| Python onnxruntime | 没有核对 not checked | 0 | - | not checked: no \\| Python |',
    '> 其余算差评。',
    '- `[MASK]，{a}`',
  ]
  for (const row of rows) assert.ok(text.split('\n').includes(row), `${row}\n${text}`)
  for (const fact of [
    'learningRate 0.0003',
    'Xeon',
    '1.30.0',
    'Seed: 7',
    card.base,
    '2026-03-04',
  ]) {
    assert.ok(text.includes(fact), fact)
  }
  assert.match(text, /compared|among 2/)
  assert.match(text, /reads 119 tokens at most/)
})

test('what was not measured is said, and what does not apply is left out', () => {
  const heldOut = { n: 12, accuracy: null, macroF1: null, compared: 1 }
  const text = modelCard({ ...card, heldOut, audits: [], guideline: ' ' })
  assert.match(text, /留出集只标注了 12 条/)
  assert.match(text, /How good it is has not been measured/)
  assert.doesNotMatch(text, /Wilson|Audit|Guideline|undefined|NaN/)
})

test('the card has the words of the glossary, and says what its tables count', () => {
  const text = modelCard({
    ...card,
    provenance: (
      ['human', 'file', 'column', 'approved', 'corrected', 'audited', 'withdrawn'] as const
    ).map((source) => ({ class: 'good', source, count: 1 })),
  })
  const old =
    /模板|抽检|抽查|标注说明|批量接受|建议|更正|基础模型|标签|分词|超参数|请|您|accepted in bulk/
  assert.doesNotMatch(text, old)
  for (const said of [
    '句式 Patterns:',
    '指南 Guideline:',
    '改正的提案 corrected proposals',
    '底座 Base model',
    '精度与 95% 区间 precision and 95% interval',
    '精度是人与模型一致的比例',
    'A proposal is a class that an earlier',
    '导出后核对 Parity check',
    '`id2label`, `config.json`',
  ])
    assert.ok(text.includes(said), said)
  const [, chinese] = /^(把.*。)$/m.exec(text)!
  assert.doesNotMatch(chinese!, /\p{Script=Han}[a-zA-Z0-9]|[a-zA-Z0-9]\p{Script=Han}/u)
})

test('a card for pairs says how pairs go in', () => {
  const text = modelCard({ ...card, task: { ...singleTask, kind: 'pair' }, modelMaxLength: 241 })
  assert.match(text, /`\[CLS\] a \[SEP\] b \[SEP\]`/)
  assert.match(text, /reads 119 tokens at most/)
})

test('the checksums hold for every file, and any change is found', async () => {
  const folder = join(temporary.path, '导出 1')
  mkdirSync(join(folder, 'mlm'), { recursive: true })
  writeFileSync(join(folder, 'mlm', 'config.json'), '{}')
  writeFileSync(join(folder, 'vocab.txt'), '好\n')
  const files = await finishExport(folder, card)
  assert.deepEqual(files, ['README.md', 'SHA256SUMS', 'mlm/config.json', 'vocab.txt'])
  assert.equal(readFileSync(join(folder, 'README.md'), 'utf8'), modelCard(card))
  await verifyChecksums(folder)
  writeFileSync(join(folder, 'vocab.txt'), '坏\n')
  await assert.rejects(verifyChecksums(folder), { code: 'export.damaged', message: /vocab\.txt/ })
  rmSync(join(folder, 'vocab.txt'))
  await assert.rejects(verifyChecksums(folder), { code: 'export.notAnExport' })
  rmSync(join(folder, 'SHA256SUMS'))
  await assert.rejects(verifyChecksums(folder), { code: 'export.notAnExport' })
})

test('the files of an export are listed with their sizes and checksums', async () => {
  const folder = join(temporary.path, 'listed')
  mkdirSync(join(folder, 'onnx'), { recursive: true })
  writeFileSync(join(folder, 'onnx', 'model.onnx'), 'x')
  await finishExport(folder, card)
  const files = await exportedFiles(folder)
  assert.deepEqual(
    files.map(({ path }) => path),
    ['README.md', 'onnx/model.onnx', 'SHA256SUMS'],
  )
  const sha256 = createHash('sha256').update('x').digest('hex')
  assert.deepEqual(files[1], { path: 'onnx/model.onnx', bytes: 1, sha256 })
  assert.equal(files[2]!.sha256, null)
  rmSync(join(folder, 'onnx', 'model.onnx'))
  await assert.rejects(exportedFiles(folder), { code: 'export.notAnExport' })
})

const sha256sum =
  spawnSync('sha256sum', ['--version']).status === 0 ? undefined : 'no sha256sum here'

test('sha256sum -c reads the list', { skip: sha256sum }, async () => {
  const folder = join(temporary.path, 'sums')
  mkdirSync(join(folder, 'onnx'), { recursive: true })
  writeFileSync(join(folder, 'onnx', 'model.onnx'), 'x')
  await finishExport(folder, card)
  const checked = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' })
  assert.equal(checked, 'README.md: OK\nonnx/model.onnx: OK\n')
})

test('a list in the form of other tools is read, and nonsense is refused', () => {
  const sha256 = '0'.repeat(64)
  assert.deepEqual([...parseChecksums(`${sha256} *a b.txt\r\n`, 'x')], [['a b.txt', sha256]])
  assert.throws(() => parseChecksums('nonsense', 'x'), { code: 'export.damaged' })
})
