import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assemble, encodePattern, parsePattern } from '../../../learn/prompt/pattern.ts'
import { textBudget, variants } from '../../../learn/prompt/variants.ts'
import { inferenceTask, tokenizer, withTask } from './inference-task.ts'

const written = (ids: readonly number[]) => ids.map((id) => tokenizer.vocab[id]).join(' ')

test('splits a pattern into literals, slots and runs of masks', () => {
  assert.deepEqual(parsePattern('“{a}”很[MASK] [MASK]。{b}{x}'), [
    { kind: 'literal', text: '“' },
    { kind: 'slot', name: 'a' },
    { kind: 'literal', text: '”很' },
    { kind: 'masks', written: 2 },
    { kind: 'literal', text: '。' },
    { kind: 'slot', name: 'b' },
    { kind: 'slot', name: 'x' },
  ])
  assert.deepEqual(parsePattern(''), [])
  assert.deepEqual(parsePattern('a { b } {'), [{ kind: 'literal', text: 'a { b } {' }])
})

test('writes as many masks as the words are long, whatever the run says', () => {
  for (const run of ['[MASK]', '[MASK][MASK]', '[MASK] [MASK] [MASK]']) {
    const pattern = encodePattern(tokenizer, `很${run}。{a}`, 2)
    assert.equal(pattern.constants, 6)
    assert.deepEqual(pattern.masks, [2, 3])
    const { ids, maskPositions } = assemble(pattern, tokenizer.ids('他在家'), [], 20)
    assert.equal(written(ids), '[CLS] 很 [MASK] [MASK] 。 他 在 家 [SEP]')
    assert.deepEqual(maskPositions, [2, 3])
  }
})

test('finds the masks after the texts', () => {
  const pattern = encodePattern(tokenizer, inferenceTask.patterns[0]!, 2)
  const { ids, maskPositions } = assemble(
    pattern,
    tokenizer.ids('他在家'),
    tokenizer.ids('她吃饭'),
    20,
  )
  assert.equal(
    written(ids),
    '[CLS] “ 他 在 家 ” 和 “ 她 吃 饭 ” 的 关 系 是 [MASK] [MASK] 。 [SEP]',
  )
  assert.deepEqual(maskPositions, [16, 17])
  assert.equal(ids[maskPositions[0]!], tokenizer.specials.mask)
})

test('puts {b} before {a} and joins neighbouring slots', () => {
  const pattern = encodePattern(tokenizer, '{b}{a}[MASK]', 1)
  const { ids } = assemble(pattern, tokenizer.ids('他'), tokenizer.ids('她'), 9)
  assert.equal(written(ids), '[CLS] 她 他 [MASK] [SEP]')
})

test('cuts texts to the budget, never the pattern', () => {
  const pattern = encodePattern(tokenizer, '{a}很[MASK]{b}', 1)
  const a = tokenizer.ids('他他他他他他')
  const { ids, maskPositions } = assemble(pattern, a, tokenizer.ids('她'), 4)
  assert.equal(written(ids), '[CLS] 他 他 他 很 [MASK] 她 [SEP]')
  assert.deepEqual(maskPositions, [5])
  assert.equal(written(assemble(pattern, [], [], 4).ids), '[CLS] 很 [MASK] [SEP]')
})

test('makes a pass for each pattern and word length, with its own groups', () => {
  const task = withTask({
    kind: 'single',
    classes: inferenceTask.classes.slice(0, 2),
    patterns: ['{a}很[MASK]', '很[MASK]，{a}好。'],
    groups: [
      { name: '二字', words: { e: '相关', n: '无关' } },
      { name: '一字', words: { e: '好', n: '差' } },
      { name: '又二字', words: { e: '包含', n: '中立' } },
    ],
  })
  const all = variants(task, tokenizer)
  assert.deepEqual(
    all.map(({ patternIndex, masks, groups }) => ({ patternIndex, masks, groups })),
    [
      { patternIndex: 0, masks: 1, groups: [1] },
      { patternIndex: 0, masks: 2, groups: [0, 2] },
      { patternIndex: 1, masks: 1, groups: [1] },
      { patternIndex: 1, masks: 2, groups: [0, 2] },
    ],
  )
  assert.deepEqual(
    all[1]!.words.map((group) => group.map(written)),
    [
      ['相 关', '无 关'],
      ['包 含', '中 立'],
    ],
  )
  assert.deepEqual(all[0]!.attainable, [1, 1])
  assert.equal(textBudget(all, 32), 32 - 8)
})
