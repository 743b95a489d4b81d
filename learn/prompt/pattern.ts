import type { TextTokenizer } from '../text/tokenizer.ts'
import { truncate } from '../text/truncate.ts'

/** A part of a pattern as written, in reading order. */
export type PatternPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'slot'; readonly name: string }
  | { readonly kind: 'masks'; readonly written: number }

/** A pattern for one number of masks, as token ids. Constants are all tokens that are not text. */
export interface EncodedPattern {
  /** `[CLS]` ... `[SEP]`: runs of constant ids, and where the texts go, each at most once. */
  readonly parts: readonly (readonly number[] | 'a' | 'b')[]
  readonly constants: number
  /** The masks' indices among the constants. */
  readonly masks: readonly number[]
}

/** A filled pattern, ready for the model. */
export interface FilledPattern {
  readonly ids: readonly number[]
  readonly maskPositions: readonly number[]
}

/** Splits a pattern into literal text, `{name}` slots and runs of `[MASK]`. Anything parses. */
export function parsePattern(pattern: string): PatternPart[] {
  const parts: PatternPart[] = []
  let at = 0
  for (const match of pattern.matchAll(/\{([^{}\s]*)\}|\[MASK\](?:\s*\[MASK\])*/g)) {
    if (match.index > at) parts.push({ kind: 'literal', text: pattern.slice(at, match.index) })
    const [written, name] = match
    parts.push(name === undefined ? masksOf(written) : { kind: 'slot', name })
    at = match.index + written.length
  }
  if (at < pattern.length) parts.push({ kind: 'literal', text: pattern.slice(at) })
  return parts
}

/** The pattern with `maskCount` masks in place of its run. The pattern must pass `checkTask`. */
export function encodePattern(
  tokenizer: TextTokenizer,
  pattern: string,
  maskCount: number,
): EncodedPattern {
  const { cls, sep, mask } = tokenizer.specials
  const parts: (number[] | 'a' | 'b')[] = []
  const masks: number[] = []
  let constants = 0
  const append = (ids: readonly number[]) => {
    const last = parts.at(-1)
    if (Array.isArray(last)) last.push(...ids)
    else parts.push([...ids])
    constants += ids.length
  }
  append([cls])
  for (const part of parsePattern(pattern)) {
    if (part.kind === 'literal') append(tokenizer.ids(part.text))
    else if (part.kind === 'slot') parts.push(part.name === 'b' ? 'b' : 'a')
    else {
      masks.push(...Array.from({ length: maskCount }, (_, i) => constants + i))
      append(Array<number>(maskCount).fill(mask))
    }
  }
  append([sep])
  return { parts, constants, masks }
}

/**
 * Puts the texts' ids into the pattern, cut to `budget` tokens by the rule of the exported graph.
 * The budget is one for all variants of a task (`textBudget`). A pattern without `{b}` belongs to a
 * task of single texts: a second text that came along takes no room.
 */
export function assemble(
  pattern: EncodedPattern,
  a: readonly number[],
  b: readonly number[],
  budget: number,
): FilledPattern {
  const kept = truncate(a.length, pattern.parts.includes('b') ? b.length : 0, budget)
  const ids: number[] = []
  const constantPositions: number[] = []
  for (const part of pattern.parts) {
    if (part === 'a') ids.push(...a.slice(0, kept.a))
    else if (part === 'b') ids.push(...b.slice(0, kept.b))
    else {
      constantPositions.push(...part.map((_, i) => ids.length + i))
      ids.push(...part)
    }
  }
  return { ids, maskPositions: pattern.masks.map((index) => constantPositions[index]!) }
}

function masksOf(run: string): PatternPart {
  return { kind: 'masks', written: run.split('[MASK]').length - 1 }
}
