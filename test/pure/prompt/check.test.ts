import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentence, type ErrorRecord } from '../../../core/errors.ts'
import type { Task } from '../../../core/task.ts'
import { checkTask, requireSound } from '../../../learn/prompt/check.ts'
import { inferenceTask, tokenizer, withTask } from './inference-task.ts'

const single: Task = {
  kind: 'single',
  classes: [
    { id: 'p', name: '好评' },
    { id: 'q', name: '差评' },
  ],
  patterns: ['很[MASK]。{a}'],
  groups: [{ name: '词组一', words: { p: '好', q: '差' } }],
}

const check = (change: Partial<Task>, maxTokens = 64) =>
  checkTask({ ...single, ...change }, tokenizer, maxTokens)

/** `severity code` of every finding, with all sentences tried in both languages. */
function codes(change: Partial<Task>, maxTokens?: number): string[] {
  return check(change, maxTokens).findings.map(({ severity, error }) => {
    assertReadable(error)
    return `${severity} ${error.code}`
  })
}

function assertReadable(error: ErrorRecord): void {
  for (const language of ['en', 'zh'] as const) {
    const text = sentence(error, language)
    assert.doesNotMatch(text, /undefined|\[object|NaN/)
    for (const name of namesIn(error.details)) assert.ok(text.includes(name), `${name}: ${text}`)
  }
}

function namesIn(details: unknown): string[] {
  return Object.entries(details as object)
    .filter(([key]) => ['group', 'class', 'word', 'pattern', 'name', 'token'].includes(key))
    .map(([, value]) => String(value))
}

const words = (...pairs: [string, string][]) =>
  pairs.map(([p, q], g) => ({ name: `组${g + 1}`, words: { p, q } }))

test('finds nothing wrong with a sound task and tells how it is spelled', () => {
  assert.deepEqual(check({}), {
    kind: 'check',
    findings: [],
    words: [[['好'], ['差']]],
    attainable: [1, 1],
    reach: [[1, 1]],
    masks: [1],
    sound: [[true, true]],
  })
})

test('says which words can be used while the others are being corrected', () => {
  const sound = (...pairs: [string, string][]) => check({ groups: words(...pairs) }).sound
  assert.deepEqual(sound(['好', '龘'], ['好', '差']), [
    [true, false],
    [true, true],
  ])
  assert.deepEqual(sound(['好', '差'], ['差', '反']), [
    [true, false],
    [false, true],
  ])
  assert.deepEqual(sound(['好', '很差']), [[false, false]])
  assert.deepEqual(sound(['好', '很差'], ['很好', '不好']), [
    [false, true],
    [true, true],
  ])
  const classes = [...single.classes, { id: 'r', name: '中评' }]
  const groups = [{ name: '词组一', words: { p: '好', q: '很差', r: '中' } }]
  assert.deepEqual(check({ classes, groups }).sound, [[true, false, true]])
})

test('tells how likely each word can become beside the others of its class', () => {
  const reach = (...pairs: [string, string][]) => check({ groups: words(...pairs) }).reach
  assert.deepEqual(reach(['好', '差'], ['很好', '不好'], ['中立', '反立']), [
    [1, 1],
    [1 / 4, 1 / 4],
    [1 / 4, 1 / 4],
  ])
  assert.deepEqual(reach(['很好', '不好'], ['中好', '反立'], ['龘', '差']), [
    [1 / 2, 1 / 4],
    [1 / 2, 1 / 4],
    [0, 1],
  ])
})

test('gives the reference word groups warnings with figures, and no error', () => {
  const { findings, attainable, masks, words: spelled } = checkTask(inferenceTask, tokenizer, 64)
  findings.forEach(({ error }) => assertReadable(error))
  assert.deepEqual(
    findings.map(({ severity, error }) => [severity, error.code]),
    [
      ['warning', 'word.sharedCharacter'],
      ['warning', 'word.sharedCharacter'],
    ],
  )
  assert.deepEqual(findings[0]!.error.details, {
    class: '蕴含',
    words: ['相关', '蕴含', '包含'],
    characters: ['含'],
    attainable: attainable[0],
    distinct: 3 ** -1,
  })
  assert.match(sentence(findings[0]!.error, 'en'), /56%.*33%/)
  assert.deepEqual(masks, [2, 2, 2])
  assert.deepEqual(spelled[2]![1], ['中', '立'])
})

test('names the characters that the model cannot spell', () => {
  const { findings } = check({ groups: words(['好', '龘']) })
  assert.deepEqual(findings, [
    {
      severity: 'error',
      error: {
        code: 'word.unknown',
        details: { group: '组1', class: '差评', word: '龘', characters: ['龘'] },
      },
    },
  ])
})

test('refuses a word shared by two classes, within a group and across groups', () => {
  assert.deepEqual(codes({ groups: words(['好', '好']) }), ['error word.shared'])
  assert.deepEqual(codes({ groups: words(['好', '差'], ['不', '好']) }), ['error word.shared'])
  assert.deepEqual(check({ groups: words(['bab', 'BAB']) }).findings[0]!.error.details, {
    uses: [
      { group: '组1', class: '好评', word: 'bab' },
      { group: '组1', class: '差评', word: 'BAB' },
    ],
  })
})

test('warns of a class that repeats its own word', () => {
  assert.deepEqual(codes({ groups: words(['好', '差'], ['好', '不']) }), ['warning word.repeated'])
})

test('refuses words of different token counts inside a group, counting tokens, not letters', () => {
  assert.deepEqual(codes({ groups: words(['好', '不好']) }), ['error word.unequal'])
  assert.deepEqual(codes({ groups: words(['bab', '差']) }), [])
  assert.deepEqual(codes({ groups: words(['aab', '不好吃']) }), [])
})

test('warns when groups need passes of different lengths', () => {
  const { findings } = check({ groups: words(['好', '差'], ['很好', '不吃']) })
  assert.deepEqual(findings, [
    {
      severity: 'warning',
      error: {
        code: 'word.lengths',
        details: {
          groups: [
            { group: '组1', tokens: 1 },
            { group: '组2', tokens: 2 },
          ],
        },
      },
    },
  ])
  assertReadable(findings[0]!.error)
})

test('warns when the groups leave little of the score attainable', () => {
  const groups = words(['很好吃', '不在家'], ['他相关', '她无反'], ['包含中', '矛盾向'])
  assert.deepEqual(codes({ groups }), ['warning word.lowAttainable', 'warning word.lowAttainable'])
})

test('refuses a missing, an empty and a special word', () => {
  const missing = [{ name: '组1', words: { p: '好' } }]
  assert.deepEqual(codes({ groups: missing }), ['error task.missingWord'])
  assert.deepEqual(codes({ groups: words(['好', ' ']) }), ['error word.empty'])
  assert.deepEqual(codes({ groups: words(['好', '[MASK]差']) }), ['error word.special'])
})

test('refuses a task without two classes, without groups or patterns, and equal names', () => {
  assert.deepEqual(codes({ classes: single.classes.slice(0, 1) }), ['error task.fewClasses'])
  assert.deepEqual(codes({ groups: [] }), ['error task.noGroup'])
  assert.deepEqual(codes({ patterns: [] }), ['error task.noPattern'])
  assert.deepEqual(codes({ classes: single.classes.map(({ id }) => ({ id, name: '同' })) }), [
    'error task.sameClass',
  ])
  const twins = words(['好', '差'], ['不', '吃']).map((group) => ({ ...group, name: '同' }))
  assert.deepEqual(codes({ groups: twins }), ['error task.sameGroup'])
})

const patternCases: [string, string[]][] = [
  ['很[MASK]。', ['error pattern.noText']],
  ['很好。{a}', ['error pattern.noMask']],
  ['[MASK]{a}很[MASK]', ['error pattern.twoMasks']],
  ['很[MASK]。{a}{b}', ['error pattern.secondText']],
  ['很[MASK]。{a}{a}', ['error pattern.repeatedText']],
  ['很[MASK]。{a}{text}', ['error pattern.placeholder']],
  ['很[MASK]。[SEP]{a}', ['error pattern.special']],
  ['很[MASK]龘。{a}', ['warning pattern.unknown']],
  ['很[MASK][MASK]。{a}', ['warning pattern.maskCount']],
  ['[MASK]{a}', []],
]

for (const [pattern, expected] of patternCases) {
  test(`says of the pattern ${pattern}: ${expected.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(codes({ patterns: [pattern] }), expected)
  })
}

test('accepts a run as long as the words and refuses a pair pattern without {b}', () => {
  const groups = words(['很好', '不吃'])
  assert.deepEqual(codes({ groups, patterns: ['[MASK][MASK]{a}'] }), [])
  const pair = withTask({ patterns: ['{a}很[MASK]'] })
  const found = checkTask(pair, tokenizer, 64).findings.map(({ error }) => error.code)
  assert.ok(found.includes('pattern.noSecondText'))
})

test('refuses a pattern that leaves no room for the text, counting the longest words', () => {
  const patterns = [`${'很'.repeat(10)}[MASK]{a}`]
  assert.deepEqual(codes({ patterns }, 21), [])
  assert.deepEqual(codes({ patterns }, 20), ['error pattern.tooLong'])
  assert.deepEqual(codes({ patterns, groups: words(['很好', '不吃']) }, 21), [
    'error pattern.tooLong',
  ])
})

test('stops at the first error but lets warnings pass', () => {
  requireSound(check({ groups: words(['好', '差'], ['很好', '不吃']) }))
  assert.throws(() => requireSound(check({ patterns: ['{a}'] })), { code: 'pattern.noMask' })
})
