import type { TaskFinding } from '../../core/job.ts'
import type { Task } from '../../core/task.ts'
import { specialTokens } from '../text/special-tokens.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { error, warning } from './finding.ts'
import { encodePattern, parsePattern } from './pattern.ts'
import { unknownIn } from './spelling.ts'

/** The least room for each text beside a pattern, in tokens. */
const leastText = 8

export interface PatternContext {
  readonly kind: Task['kind']
  readonly tokenizer: TextTokenizer
  /** `masks[g]`: tokens of group g's words, 0 where none is usable. */
  readonly masks: readonly number[]
  /** The model's length in tokens. */
  readonly maxTokens: number
}

/** Everything that is wrong or doubtful about a pattern. */
export function patternFindings(pattern: string, context: PatternContext): TaskFinding[] {
  const parts = parsePattern(pattern)
  const slots = parts.flatMap((part) => (part.kind === 'slot' ? [part.name] : []))
  const runs = parts.flatMap((part) => (part.kind === 'masks' ? [part.written] : []))
  const literals = parts.flatMap((part) => (part.kind === 'literal' ? [part.text] : []))
  return [
    ...slotFindings(pattern, slots, context),
    ...runFindings(pattern, runs, context),
    ...literals.flatMap((text) => literalFindings(pattern, text, context)),
    ...lengthFindings(pattern, context),
  ]
}

function slotFindings(
  pattern: string,
  slots: readonly string[],
  { kind }: PatternContext,
): TaskFinding[] {
  const strange = slots.filter((name) => name !== 'a' && name !== 'b')
  const countOf = (slot: string) => slots.filter((name) => name === slot).length
  return [
    ...strange.map((name) => error('pattern.placeholder', { pattern, name })),
    ...(countOf('a') === 0 ? [error('pattern.noText', { pattern })] : []),
    ...(countOf('b') === 0 && kind === 'pair' ? [error('pattern.noSecondText', { pattern })] : []),
    ...(countOf('b') > 0 && kind === 'single' ? [error('pattern.secondText', { pattern })] : []),
    ...['a', 'b']
      .filter((slot) => countOf(slot) > 1)
      .map((slot) => error('pattern.repeatedText', { pattern, slot, count: countOf(slot) })),
  ]
}

function runFindings(
  pattern: string,
  runs: readonly number[],
  { masks }: PatternContext,
): TaskFinding[] {
  if (runs.length === 0) return [error('pattern.noMask', { pattern })]
  if (runs.length > 1) return [error('pattern.twoMasks', { pattern, runs: runs.length })]
  const written = runs[0]!
  const tokens = [...new Set(masks)].filter((count) => count > 0)
  const differs = written > 1 && tokens.some((count) => count !== written)
  return differs ? [warning('pattern.maskCount', { pattern, written, tokens })] : []
}

function literalFindings(
  pattern: string,
  text: string,
  { tokenizer }: PatternContext,
): TaskFinding[] {
  const written = specialTokens.filter((token) => text.includes(token))
  if (written.length > 0) {
    return written.map((token) => error('pattern.special', { pattern, token }))
  }
  const characters = unknownIn(tokenizer, text)
  return characters.length > 0 ? [warning('pattern.unknown', { pattern, characters })] : []
}

function lengthFindings(
  pattern: string,
  { kind, tokenizer, masks, maxTokens }: PatternContext,
): TaskFinding[] {
  const maximum = maxTokens - leastText * (kind === 'pair' ? 2 : 1)
  const tokens = encodePattern(tokenizer, pattern, Math.max(1, ...masks)).constants
  return tokens > maximum ? [error('pattern.tooLong', { pattern, tokens, maximum })] : []
}
