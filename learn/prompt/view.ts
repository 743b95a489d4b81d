import type { PatternAnswer, QuestionText, TokenRole } from '../../core/job.ts'
import type { Task } from '../../core/task.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { truncate } from '../text/truncate.ts'
import { checkTask } from './check.ts'
import { encodePattern, parsePattern } from './pattern.ts'

export interface ViewInput {
  readonly task: Task
  /** Index into the task's patterns. */
  readonly pattern: number
  readonly text: QuestionText
  readonly tokenizer: TextTokenizer
  /** The length of the sequences. */
  readonly maxTokens: number
}

/**
 * A text in one of the task's patterns, token by token, cut by the rule of training. The task need not
 * be sound: without words there are as many masks as the pattern has.
 */
export function viewPattern({
  task,
  pattern: index,
  text,
  tokenizer,
  maxTokens,
}: ViewInput): PatternAnswer {
  const pattern = task.patterns[index]!
  const lengths = checkTask(task, tokenizer, maxTokens).masks.filter((masks) => masks > 0)
  const encoded = encodePattern(tokenizer, pattern, lengths[0] ?? writtenMasks(pattern))
  const longest = task.patterns.flatMap((other) =>
    lengths.map((masks) => encodePattern(tokenizer, other, masks).constants),
  )
  const budget = Math.max(0, maxTokens - Math.max(encoded.constants, ...longest))
  const ids = { a: tokenizer.ids(text.a), b: tokenizer.ids(text.b ?? '') }
  const hasSecond = encoded.parts.includes('b')
  const kept = truncate(ids.a.length, hasSecond ? ids.b.length : 0, budget)
  const masks = new Set(encoded.masks)
  const tokens: { text: string; role: TokenRole }[] = []
  const push = (id: number, role: TokenRole) => tokens.push({ text: tokenizer.vocab[id]!, role })
  let constants = 0
  for (const part of encoded.parts) {
    if (part === 'a' || part === 'b') ids[part].slice(0, kept[part]).forEach((id) => push(id, part))
    else part.forEach((id) => push(id, masks.has(constants++) ? 'mask' : 'constant'))
  }
  const cut = { a: ids.a.length - kept.a, b: hasSecond ? ids.b.length - kept.b : 0 }
  return { kind: 'pattern', tokens, maxTokens, cut }
}

function writtenMasks(pattern: string): number {
  return parsePattern(pattern).find((part) => part.kind === 'masks')?.written ?? 1
}
