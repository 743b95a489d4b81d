import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answers, Question, Runtime } from '../../../worker/parity/answers.ts'
import { checkRuntime } from '../../../worker/parity/check.ts'
import { pythonRuntime } from '../../../worker/parity/python.ts'
import { parityTexts } from '../../../worker/parity/texts.ts'
import { transformersRuntime } from '../../../worker/parity/transformers.ts'

const reference = [
  [1, -1],
  [0.5, 2],
]
const question: Question = {
  folder: '/nowhere',
  model: 'float32',
  batch: 16,
  isPair: false,
  threads: 1,
  texts: [{ a: '第一条' }, { a: '第二条' }],
  modelMaxLength: 20,
  signal: new AbortController().signal,
}

function runtime(answers: Answers, excuses: (text: string) => boolean = () => false): Runtime {
  const isExcused: Runtime['isExcused'] = ({ a }) => excuses(a)
  return { name: 'test', ask: async () => answers, isExcused, excuse: 'are odd' }
}

const logits = (...values: number[][]): Answers => ({ kind: 'logits', values })

test('the largest difference of a runtime that agrees is reported', async () => {
  const line = await checkRuntime(runtime(logits([1, -1], [0.50005, 2])), question, reference)
  assert.ok(Math.abs(line.worst! - 5e-5) < 1e-9)
  assert.deepEqual(
    { ...line, worst: 0 },
    {
      runtime: 'test',
      state: 'agreed',
      texts: 2,
      leftOut: 0,
      worst: 0,
      unit: 'logits',
      note: 'logits',
    },
  )
})

test('probabilities are compared with the softmax of the logits', async () => {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  const values = [
    [sigmoid(2), sigmoid(-2)],
    [sigmoid(-1.5), sigmoid(1.5)],
  ]
  const line = await checkRuntime(runtime({ kind: 'probabilities', values }), question, reference)
  assert.ok(line.worst! < 1e-12)
  assert.deepEqual([line.unit, line.note], ['probabilities', 'probabilities'])
})

test('one wrong text ends the export, and the message names it', async () => {
  for (const wrong of [[0.5, 2.001], [0.5, NaN], [0.5]]) {
    await assert.rejects(checkRuntime(runtime(logits([1, -1], wrong)), question, reference), {
      code: 'export.parity',
      message: /with test.*"第二条"/,
    })
  }
  await assert.rejects(checkRuntime(runtime(logits([1, -1])), question, reference), {
    code: 'export.parity',
  })
})

test('a difference that the runtime is known for is counted, not hidden', async () => {
  const odd = runtime(logits([1, -1], [9, 9]), (text) => text === '第二条')
  const line = await checkRuntime(odd, question, reference)
  assert.deepEqual(line, {
    runtime: 'test',
    state: 'agreed',
    texts: 1,
    leftOut: 1,
    worst: 0,
    unit: 'logits',
    note: 'logits; 1 texts left out: they are odd',
  })
})

test('a runtime that is not there is reported as not checked, with what is missing', async () => {
  const absent = { kind: 'absent', missing: 'it', reason: 'gone' } as const
  const line = await checkRuntime(runtime(absent), question, reference)
  assert.deepEqual(line, {
    runtime: 'test',
    state: 'notChecked',
    texts: 0,
    leftOut: 0,
    worst: null,
    missing: 'it',
    note: 'not checked: gone',
  })
  const { PATH } = process.env
  process.env['PATH'] = '/nowhere'
  const python = await checkRuntime(pythonRuntime, question, reference)
  process.env['PATH'] = PATH
  assert.deepEqual([python.state, python.worst], ['notChecked', null])
  assert.match(python.missing!, /^python/)
  assert.match(python.note, /^not checked: .*python/)
})

test('a runtime that is there and gives no answer is reported as failed, with its complaint', async () => {
  const line = await checkRuntime(transformersRuntime, question, reference)
  assert.deepEqual([line.state, line.worst], ['failed', null])
  assert.match(line.note, /^failed: .*\/nowhere/)
})

test('Python is excused for characters that its tokenizer splits otherwise, and only for them', () => {
  const isExcused = (a: string, b?: string) =>
    pythonRuntime.isExcused({ a, ...(b !== undefined && { b }) }, question)
  const ordinary = '好评！😀 ok Naïve, Ω 한국어 ありがとう ￥12'
  assert.ok(!isExcused(ordinary, ordinary))
  assert.ok(isExcused('𠮷野家') && isExcused('好', 'ΟΔΟΣ') && isExcused('؝'))
})

test('transformers.js is excused only where it cuts a text with special tokens typed in it', () => {
  const isExcused = (a: string, isPair = false) =>
    transformersRuntime.isExcused({ a }, { ...question, isPair })
  const long = '好'.repeat(30)
  assert.ok(isExcused(`[MASK]${long}`))
  assert.ok(!isExcused(long) && !isExcused('[MASK]好') && !isExcused(`[SEP]${long}`, true))
})

test('hard texts come with every check, and long ones are cut', () => {
  const texts = parityTexts('single', 16, [{ a: '好\ud800' }, { a: '𠮷'.repeat(100) }])
  assert.ok(texts.some(({ a }) => a === ''))
  assert.ok(texts.some(({ a }) => a.includes('[MASK]')))
  assert.ok(texts.some(({ a }) => a.includes('[SEP]')))
  assert.ok(texts.some(({ a }) => a.length > 2 * 16))
  assert.ok(texts.every(({ b }) => b === undefined))
  assert.deepEqual(texts.slice(-2), [{ a: '好\ufffd' }, { a: '𠮷'.repeat(64) }])
})

test('pairs are hard on either side and on both', () => {
  const pairs = parityTexts('pair', 16, [{ a: '只有一段' }])
  assert.ok(pairs.some(({ a, b }) => a === '' && b !== ''))
  assert.ok(pairs.some(({ a, b }) => a !== '' && b === ''))
  assert.ok(pairs.some(({ a, b }) => a.length > 32 && b!.length > 32))
  assert.deepEqual(pairs.at(-1), { a: '只有一段', b: '' })
})
