import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogue, type ErrorCode, type ErrorDetails } from '../../../core/errors.ts'
import { sentenceWithRemedy } from '../../../main/cli/remedy.ts'

/** Details of every error, one set for each way in which its sentence can come out. */
const samples: { readonly [C in ErrorCode]: readonly ErrorDetails<C>[] } = {
  'benchmark.badLine': [{ task: 'csl', line: 3, expected: 'a label', got: 'x' }],
  'benchmark.unknownTask': [{ task: 'csl', known: ['eprstmt', 'tnews'] }],
  'benchmark.noFile': [{ path: '/a/b' }],
  'bug.unexpected': [{ message: 'x is no list' }],
  'device.lost': [
    { device: 'webgpu', step: null },
    { device: 'cuda', step: 0 },
    { device: 'dml', step: 150 },
  ],
  'device.outOfMemory': [
    { device: 'coreml', step: null },
    { device: 'cpu', step: 12 },
  ],
  'device.notInstalled': [{ device: 'tfjs' }],
  'device.otherSystem': [{ device: 'dml', system: 'Windows' }],
  'device.noLibrary': [{ device: 'cuda', library: 'libonnxruntime_providers_cuda.so' }],
  'device.cannotStart': [{ device: 'webgpu', message: 'No supported adapters' }],
  'device.noFloat16': [{ device: 'webgpu', message: 'no shader-f16' }],
  'device.wrong': [{ device: 'webgpu', worst: 0.0213 }],
  'device.crashed': [{ device: 'webgpu', signal: 'SIGABRT' }],
  'device.silent': [{ device: 'webgpu', seconds: 60 }],
  'engine.shape': [{ op: 'MatMul', expected: '[2, 3]', got: '[3, 2]' }],
  'export.folderExists': [{ folder: '/a' }],
  'export.cannotWrite': [{ folder: '/a', reason: 'ENOSPC' }],
  'export.parity': [{ runtime: 'Python', text: '好', limit: 1e-4, got: 2 }],
  'export.int8Differs': [{ same: 1900, n: 2000, low: 0.939, high: 0.959 }],
  'export.int8TooFew': [{ same: 200, n: 200, low: 0.981, high: 1 }],
  'export.noInt8': [{ folder: '/a' }],
  'export.notAnExport': [{ folder: '/a', file: 'SHA256SUMS' }],
  'export.damaged': [{ path: '/a', expected: 'SHA-256 0', got: '1' }],
  'export.needsPair': [{ text: 2 }],
  'export.needsSingle': [{ text: 2 }],
  'import.notFound': [{ path: '/a' }],
  'import.notAllowed': [{ path: '/a' }],
  'import.unreadable': [{ path: '/a', message: 'EIO' }],
  'import.changed': [{ path: '/a' }],
  'import.changedMidway': [{ path: '/a', added: 4096 }],
  'import.notAFile': [
    { path: '/a', kind: 'folder' },
    { path: '/a', kind: 'device' },
  ],
  'import.empty': [{ path: '/a' }],
  'import.noRows': [{ path: '/a' }],
  'import.binary': ['office-old', 'docx', 'unknown', 'PNG'].map((kind) => ({ path: '/a', kind })),
  'import.spreadsheet': [{ path: '/a', kind: 'xlsx' }],
  'import.parquet': [{ path: '/a' }],
  'import.encodingName': [{ given: 'koi8', known: ['utf-8', 'gb18030'] }],
  'import.encodingUnknown': [
    { path: '/a', guess: null, known: ['utf-8', 'gb18030'] },
    { path: '/a', guess: 'EUC-KR', known: ['utf-8', 'gb18030'] },
  ],
  'import.encodingWrong': [
    { path: '/a', declared: 'utf-8', line: 3, offset: 9, bytes: 'b0 a1', looksLike: null },
    { path: '/a', declared: 'utf-8', line: 3, offset: 9, bytes: 'b0 a1', looksLike: 'gb18030' },
  ],
  'import.delimiter': [{ given: ';;' }],
  'import.undecodable': [{ path: '/a', encoding: 'utf-8', line: 3, offset: 9, bytes: 'b0' }],
  'import.brokenQuote': [
    { path: '/a', line: 3, foundLine: null },
    { path: '/a', line: 3, foundLine: 7 },
  ],
  'import.recordTooLong': [{ path: '/a', line: 3, limit: 1_000_000 }],
  'import.jsonBroken': [
    { path: '/a', line: 3, expected: 'array', got: 'x' },
    { path: '/a', line: 3, expected: 'object', got: 'x' },
    { path: '/a', line: 3, expected: 'objectOrEnd', got: null },
    { path: '/a', line: 3, expected: 'commaOrEnd', got: ';' },
    { path: '/a', line: 3, expected: 'nothing', got: '[' },
  ],
  'import.noUsableRow': [{ path: '/a', line: 1, raw: '{"a' }],
  'import.noTextColumn': [{ path: '/a', columns: ['id', 'n'] }],
  'import.columnMissing': [{ path: '/a', column: 'text', columns: ['id', 'n'] }],
  'import.rowEmpty': [{ column: 'text' }],
  'import.rowTooLong': [{ column: 'text', bytes: 90_000, limit: 65_536 }],
  'import.rowRagged': [{ expected: 3, got: 4 }],
  'import.rowStrayQuote': [{ field: 2 }],
  'import.rowNul': [{ column: 'text' }],
  'import.rowUndecodable': [{ column: 'text' }],
  'import.rowNotJson': [{ message: 'Unexpected token' }],
  'import.rowNotObject': [{ got: 'array' }],
  'import.rowColumnMissing': [{ column: 'text' }],
  'import.unknown': [{ id: 3 }],
  'job.cancelled': [{ job: 'train 1' }],
  'job.workerDied': [{ job: 'train 1', signal: 'SIGKILL' }],
  'assist.died': [{ signal: 'SIGKILL' }],
  'job.stopped': (
    ['import', 'train', 'propose', 'export', 'int8', 'predict', 'evaluate', 'pretrain'] as const
  ).map((kind) => ({ kind, path: kind === 'import' ? 'my file.csv' : '' })),
  'job.died': [{ kind: 'import', path: 'a.csv', signal: 'SIGKILL' }],
  'job.unknown': [{ job: 3 }],
  'job.nothingToResume': [{ kind: 'train' }],
  'job.textsMissing': [{ expected: 20, got: 19 }],
  'pretrain.otherSettings': [{ folder: '/a', step: 20 }],
  'pretrain.badRecipe': [{ path: '/a', message: 'Unexpected token' }],
  'pretrain.outTaken': [{ folder: '/a' }],
  'pretrain.noText': [{ source: '/a' }],
  'pretrain.tooLong': [{ tokens: 512, maximum: 128 }],
  'pretrain.vocabTooLarge': [{ size: 40_000, maximum: 32_768 }],
  'train.noTexts': [{}],
  'train.tooManyLayers': [{ asked: 6, layers: 4 }],
  'train.sharedLayers': [{ layers: 12 }],
  'train.diverged': [
    { step: 3, figure: 'loss', learningRate: 0.01 },
    { step: 3, figure: 'gradient norm', learningRate: 0.01 },
  ],
  'output.exists': [{ path: '/a' }],
  'output.cannotWrite': [{ path: '/a', reason: 'ENOENT' }],
  'predict.noOut': [{}],
  'model.damaged': [{ path: '/a', expected: 'JSON', got: 'x' }],
  'model.missing': [{ path: '/a' }],
  'model.unsupported': [{ path: '/a', field: 'hidden_act', expected: 'gelu', got: '"swish"' }],
  'model.notSafetensors': [{ path: '/a/pytorch_model.bin' }],
  'model.noHead': [{ path: '/a', tensor: 'predictions.dense.weight' }],
  'model.badName': [{ name: 'a/b' }],
  'memory.notEnough': [{ expected: 2_500_000_000, got: 1_200_000_000 }],
  'model.nameTaken': [{ name: '底座' }],
  'model.unknownName': [
    { name: 'a', known: [] },
    { name: 'a', known: ['b', 'c'] },
  ],
  'model.noPlace': [{}],
  'model.cannotWrite': [{ path: '/a', reason: 'ENOSPC' }],
  'model.vocabDuplicate': [{ token: '好', line: 9, first: 3 }],
  'model.vocabEmptyLine': [{ line: 9 }],
  'model.vocabMissing': [{ token: '[MASK]' }],
  'call.badInput': [
    { call: 'label.set', path: '', expected: 'an object', got: 'null' },
    { call: 'label.set', path: 'edits.0', expected: 'an object', got: 'null' },
  ],
  'project.notFound': [{ path: '/a.shiliu' }],
  'project.exists': [{ path: '/a.shiliu' }],
  'project.folderTaken': [{ folder: '/a' }],
  'project.notSqlite': [{ path: '/a' }],
  'project.foreign': [{ path: '/a', applicationId: 12 }],
  'project.newer': [{ path: '/a', version: 9, known: 8 }],
  'project.inUse': [{ path: '/a' }],
  'project.lock': [{ path: '/a.lock', message: 'EROFS' }],
  'project.noAccess': [{ path: '/a', message: 'EACCES' }],
  'project.badName': [{ got: '..' }],
  'project.readOnly': [{ path: '/a' }],
  'project.noneOpen': [{}],
  'project.other': [{ path: '/a' }],
  'project.diskFull': [{ path: '/a' }],
  'project.disk': [{ path: '/a', message: 'EIO' }],
  'project.damaged': [{ path: '/a', message: 'malformed' }],
  'project.which': [
    { folder: '/a', found: [] },
    { folder: '/a', found: ['x.shiliu', 'y.shiliu'] },
  ],
  'text.unknown': [{ ids: [3, 'r4'] }],
  'text.badPair': [{ got: '115' }],
  'label.leftOver': [{ count: 1 }, { count: 2 }],
  'text.ambiguous': [{ id: 'r1', count: 2 }],
  'text.contradiction': [{ id: 3 }],
  'text.noColumn': [
    { column: 'cat', known: ['id', 'text'] },
    { column: 'cat', known: [] },
  ],
  'heldout.drawn': [{ size: 100 }],
  'heldout.tooLate': [{ runs: 1 }],
  'heldout.tooFew': [{ texts: 20, size: 50 }],
  'word.empty': [{ group: '甲', class: '好评' }],
  'word.unknown': [{ group: '甲', class: '好评', word: '龘好', characters: ['龘'] }],
  'word.special': [{ group: '甲', class: '好评', word: '[SEP]', token: '[SEP]' }],
  'word.shared': [
    {
      uses: [
        { group: '甲', class: '好评', word: '好' },
        { group: '乙', class: '差评', word: '好' },
      ],
    },
  ],
  'word.repeated': [{ class: '好评', word: '好', groups: ['甲', '乙'] }],
  'word.unequal': [
    {
      group: '甲',
      words: [
        { class: '好评', word: '好', tokens: 1 },
        { class: '差评', word: '不好', tokens: 2 },
      ],
    },
  ],
  'word.lengths': [
    {
      groups: [
        { group: '甲', tokens: 1 },
        { group: '乙', tokens: 2 },
      ],
    },
  ],
  'word.sharedCharacter': [
    {
      class: '蕴含',
      words: ['蕴含', '包含'],
      characters: ['含'],
      attainable: 0.56,
      distinct: 0.33,
    },
  ],
  'word.lowAttainable': [{ class: '蕴含', words: ['蕴含', '包含'], attainable: 0.02 }],
  'pattern.noText': [{ pattern: '很[MASK]' }],
  'pattern.noSecondText': [{ pattern: '{a}很[MASK]' }],
  'pattern.secondText': [{ pattern: '{a}[MASK]{b}' }],
  'pattern.repeatedText': [{ pattern: '{a}{a}[MASK]', slot: 'a', count: 2 }],
  'pattern.placeholder': [{ pattern: '{c}[MASK]', name: 'c' }],
  'pattern.noMask': [{ pattern: '{a}' }],
  'pattern.twoMasks': [{ pattern: '[MASK]{a}[MASK]', runs: 2 }],
  'pattern.maskCount': [{ pattern: '{a}[MASK][MASK]', written: 2, tokens: [1, 3] }],
  'pattern.special': [{ pattern: '{a}[SEP][MASK]', token: '[SEP]' }],
  'pattern.unknown': [{ pattern: '{a}龘[MASK]', characters: ['龘'] }],
  'pattern.tooLong': [{ pattern: '{a}很[MASK]', tokens: 90, maximum: 64 }],
  'review.noProposals': [{}],
  'review.unknownProposal': [{ ids: [3, 4] }],
  'review.inAudit': [{ text: 3 }],
  'review.badDecision': [{ got: 'maybe' }],
  'audit.none': [{}],
  'audit.empty': [{}],
  'audit.threshold': [{ threshold: 0.5, floor: 0.7 }],
  'audit.open': [
    { audit: 2, left: 1 },
    { audit: 2, left: 60 },
  ],
  'audit.locked': [{ audit: 2 }],
  'audit.unknown': [{ audit: 2 }],
  'audit.closed': [
    { audit: 2, state: 'passed' },
    { audit: 2, state: 'failed' },
  ],
  'audit.notInSample': [{ audit: 2, text: 3 }],
  'audit.notPassed': [
    { audit: 2, state: 'open' },
    { audit: 2, state: 'failed' },
  ],
  'audit.decidedOn': [{ audit: 2, later: 3 }],
  'audit.leftOut': [{ audit: 2, round: 1 }],
  'round.unknown': [{ round: 9, rounds: 1 }],
  'round.none': [{}],
  'round.confirmDiscard': [{ round: 1 }],
  'round.inUse': [{ round: 1 }],
  'model.discarded': [{ model: 1 }],
  'shell.notBuilt': [{ folder: '/a' }],
  'shell.buildFailed': [{ output: 'error TS1' }],
  'shell.noDialogs': [{}],
  'shell.lost': [{ status: 0 }, { status: 502 }],
  'files.outside': [{ path: '/a', root: '/b' }],
  'files.gone': [{ path: '/a' }],
  'files.noPath': [{ name: 'a.csv' }],
  'files.notAFolder': [{ path: '/a' }],
  'task.none': [{}],
  'task.badFile': [{ path: '/a', expected: 'JSON', got: 'x' }],
  'task.fewClasses': [{ count: 1 }],
  'task.sameClass': [{ name: '好评' }],
  'task.noPattern': [{}],
  'task.noGroup': [{}],
  'task.sameGroup': [{ name: '甲' }],
  'task.missingWord': [{ group: '甲', class: '好评' }],
  'task.unknownClass': [
    { name: '好平', known: ['好评'] },
    { name: '好平', known: [] },
  ],
  'task.unknownNumber': [{ number: '9', known: ['好评', '差评'] }],
  'task.classInUse': [{ name: '好评', labels: 1, proposals: 2 }],
  'task.classGone': [{ name: '好评' }],
  'task.emptyClass': [{ names: ['好评', '差评'] }],
}

interface Said {
  readonly code: ErrorCode
  readonly details: unknown
  readonly en: string
  readonly zh: string
}

const said: readonly Said[] = (Object.keys(catalogue) as ErrorCode[]).flatMap((code) =>
  (samples[code] as readonly unknown[]).map((details) => {
    const { en, zh } = catalogue[code] as Record<'en' | 'zh', (details: unknown) => string>
    return { code, details, en: en(details), zh: zh(details) }
  }),
)

test('every error has its sentences in both languages, each with an end', () => {
  for (const { code, en, zh } of said) {
    assert.match(en, /^[^]{10,}[.)]$/, code)
    assert.match(zh, /^[^]{6,}[。）]$/, code)
    assert.match(zh, /\p{Script=Han}/u, code)
    for (const text of [en, zh]) assert.doesNotMatch(text, /undefined|\[object|NaN|\.\.$/, code)
  }
})

/** What the glossary calls otherwise, and what it leaves out. */
const banned =
  /建议|抽查|抽检|合格线|间隔|审阅|批量接受|分数|基础模型|模板|标签|您|请|！|!|成功|未知错误/

test('the Chinese sentences keep to the glossary', () => {
  for (const { code, zh } of said) assert.doesNotMatch(zh, banned, `${code}: ${zh}`)
})

test('a space stands between Han and Latin or digits, and the punctuation of Chinese is its own', () => {
  for (const { code, zh } of said) {
    assert.doesNotMatch(
      zh,
      /\p{Script=Han}[a-zA-Z0-9]|[a-zA-Z0-9%]\p{Script=Han}/u,
      `${code}: ${zh}`,
    )
    assert.doesNotMatch(
      zh,
      /\p{Script=Han} ?[,;:?]|[，。：；、（）“”] | [，。：；、（）]/u,
      `${code}: ${zh}`,
    )
  }
})

test('what to do holds in a window too: no sentence names a command or an option', () => {
  for (const { code, en, zh } of said)
    for (const text of [en, zh]) assert.doesNotMatch(text, /(?<!\.)shiliu |--/, `${code}: ${text}`)
})

test('the command line adds what to type, in the language of the sentence', () => {
  const record = { code: 'round.none', details: {} }
  assert.equal(
    sentenceWithRemedy(record, 'en'),
    'There is no model yet. Train a round first. Command: shiliu train',
  )
  assert.equal(sentenceWithRemedy(record, 'zh'), '还没有模型。先训练一轮。命令：shiliu train')
  const ends = said.map(({ code, details, en }) => {
    const text = sentenceWithRemedy({ code, details }, 'en')
    assert.ok(text.startsWith(en))
    return [code, text.slice(en.length)]
  })
  const added = (wanted: ErrorCode) =>
    ends.filter(([code]) => code === wanted).map(([, end]) => end)
  assert.deepEqual(added('import.notFound'), [''])
  assert.deepEqual(added('import.brokenQuote'), [' Option: --no-quotes', ' Option: --no-quotes'])
  assert.deepEqual(added('audit.leftOut'), [' Command: shiliu rounds use 1'])
  assert.deepEqual(added('job.stopped'), [
    " Command: shiliu import 'my file.csv'",
    ' Command: shiliu train --resume',
    ' Command: shiliu propose --resume',
    ...Array.from({ length: 5 }, () => ''),
  ])
})
