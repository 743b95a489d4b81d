import type { Task } from '../../core/task.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { assemble, encodePattern, type EncodedPattern, type FilledPattern } from './pattern.ts'
import { attainable } from './words.ts'

/** One forward pass of a task: a pattern with as many masks as its word groups' words are long. */
export interface Variant {
  /** Index into `Task.patterns`. */
  readonly patternIndex: number
  readonly pattern: EncodedPattern
  /** m, tokens a word. */
  readonly masks: number
  /** The word groups of this length, as indices into `Task.groups`, ascending. */
  readonly groups: readonly number[]
  /** `[G_k, C, m]`: token ids of the word of `groups[g]` for class c. */
  readonly words: readonly (readonly (readonly number[])[])[]
  /** `[C]`: the attainable maximum of each class's summed score. */
  readonly attainable: readonly number[]
}

/** The forward passes of a task that passed `checkTask`: each pattern with each length of words. */
export function variants(task: Task, tokenizer: TextTokenizer): Variant[] {
  const byLength = groupsByLength(task, tokenizer)
  return task.patterns.flatMap((pattern, patternIndex) =>
    byLength.map(({ masks, groups, words }) => ({
      patternIndex,
      pattern: encodePattern(tokenizer, pattern, masks),
      masks,
      groups,
      words,
      attainable: task.classes.map((_, c) => attainable(words.map((group) => group[c]!))),
    })),
  )
}

/** The room for text in tokens: `maxTokens` less the constants of the longest variant. */
export function textBudget(all: readonly Variant[], maxTokens: number): number {
  return maxTokens - Math.max(...all.map(({ pattern }) => pattern.constants))
}

/** A text in a variant's pattern. */
export function fill(
  tokenizer: TextTokenizer,
  variant: Variant,
  text: { readonly a: string; readonly b?: string },
  budget: number,
): FilledPattern {
  const b = text.b === undefined ? [] : tokenizer.ids(text.b)
  return assemble(variant.pattern, tokenizer.ids(text.a), b, budget)
}

function groupsByLength(task: Task, tokenizer: TextTokenizer) {
  const words = task.groups.map((group) =>
    task.classes.map(({ id }) => tokenizer.ids(group.words[id]!)),
  )
  const lengths = words.map((group) => group[0]!.length)
  const distinct = [...new Set(lengths)].sort((a, b) => a - b)
  return distinct.map((masks) => {
    const groups = lengths.flatMap((length, g) => (length === masks ? [g] : []))
    return { masks, groups, words: groups.map((g) => words[g]!) }
  })
}
