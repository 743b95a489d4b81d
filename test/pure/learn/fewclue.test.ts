import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanPool, fewclueTasks, isFewclueName, parseFewclue } from '../../../learn/fewclue.ts'
import { checkTask } from '../../../learn/prompt/check.ts'
import { specialTokens } from '../../../learn/text/special-tokens.ts'
import { createTokenizer } from '../../../learn/text/tokenizer.ts'

for (const [name, { task, labels }] of Object.entries(fewclueTasks)) {
  test(`${name}: three groups of two-character words that pass every check`, () => {
    const written = [...task.patterns, ...task.groups.flatMap(({ words }) => Object.values(words))]
    const tokenizer = createTokenizer([...specialTokens, ...new Set(written.join(''))])
    const { findings, masks, attainable } = checkTask(task, tokenizer, 64)
    assert.deepEqual(findings, [])
    assert.deepEqual(masks, [2, 2, 2])
    attainable.forEach((maximum) => assert.ok(Math.abs(maximum - 1 / 3) < 1e-12))
    assert.equal(labels.length, task.classes.length)
  })
}

test('reads labels as text or number, and a pool without labels', () => {
  const lines = [
    '{"label": 103, "label_desc": "news_sports", "sentence": "球赛", "id": 1}',
    '',
    '{"label": "100", "sentence": "往事"}\r',
    '{"sentence": "不知道", "id": 0}',
  ].join('\n')
  assert.deepEqual(parseFewclue('tnews', lines), [
    { a: '球赛', class: 3 },
    { a: '往事', class: 0 },
    { a: '不知道' },
  ])
  assert.deepEqual(parseFewclue('eprstmt', '{"sentence": "好", "label": "Negative"}\n'), [
    { a: '好', class: 1 },
  ])
})

for (const [what, line] of [
  ['a line that is not JSON', '{"sentence": '],
  ['a line without a sentence', '{"label": "Positive"}'],
  ['an unknown label', '{"sentence": "好", "label": "Neutral"}'],
  ['a bare value', '3'],
] as const) {
  test(`refuses ${what} and names its place`, () => {
    assert.throws(
      () =>
        parseFewclue('eprstmt', `{"sentence": "好", "label": "Positive"}\n${line}`, 'dev_0.json'),
      (error: Error & { code: string; details: { line: number }; where: string }) => {
        assert.equal(error.code, 'benchmark.badLine')
        assert.equal(error.details.line, 2)
        assert.equal(error.where, 'dev_0.json')
        return true
      },
    )
  })
}

test('takes texts of the test set and repetitions out of the pool and counts them', () => {
  const pool = ['很好', '很 差！', 'ＯＫ了', '一般', '一般', '很差!'].map((a) => ({ a }))
  const { texts, inTest, repeated } = cleanPool(pool, [{ a: 'ok了', class: 0 }])
  assert.deepEqual(
    texts.map(({ a }) => a),
    ['很好', '很 差！', '一般'],
  )
  assert.deepEqual({ inTest, repeated }, { inTest: 1, repeated: 2 })
})

test('knows which tasks there are', () => {
  assert.ok(isFewclueName('tnews'))
  assert.ok(!isFewclueName('toString'))
})
