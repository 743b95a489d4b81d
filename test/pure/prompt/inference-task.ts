import type { Task } from '../../../core/task.ts'
import { specialTokens } from '../../../learn/text/special-tokens.ts'
import { createTokenizer } from '../../../learn/text/tokenizer.ts'

/** The word groups of the reference system for OCNLI (methods.md 0.1), two characters each. */
export const inferenceTask: Task = {
  kind: 'pair',
  classes: [
    { id: 'e', name: '蕴含' },
    { id: 'n', name: '中立' },
    { id: 'c', name: '矛盾' },
  ],
  patterns: ['“{a}”和“{b}”的关系是[MASK]。'],
  groups: [
    { name: '一', words: { e: '相关', n: '无关', c: '相反' } },
    { name: '二', words: { e: '蕴含', n: '中性', c: '矛盾' } },
    { name: '三', words: { e: '包含', n: '中立', c: '反向' } },
  ],
}

const characters = '“”和的关系是。，相无反蕴含中性矛盾包立向他她在家吃饭很好不差ab12'

export const tokenizer = createTokenizer([
  ...specialTokens,
  ...new Set(characters),
  '##a',
  '##b',
  'bab',
])

export function withTask(change: Partial<Task>): Task {
  return { ...inferenceTask, ...change }
}
