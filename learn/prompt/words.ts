import { argmax, logSumExp } from '../../core/probability.ts'
import type { Scored } from '../../core/task.ts'

/**
 * Fuzzy-PET with parallel masks (methods.md 1.5): a class has one word in each group, all of m
 * tokens within a forward pass, and its score is the sum of its words' probabilities.
 */

/** What one forward pass (a `Variant`) says of one text. */
export interface VariantScore {
  /** m, tokens a word. */
  readonly masks: number
  /** The word groups of the pass, as indices into `Task.groups`. */
  readonly groups: readonly number[]
  /** `[C]`, see `attainable`. */
  readonly attainable: readonly number[]
  /** `[G_k, C]`: log probability of each group's word for each class, summed over its masks. */
  readonly logProbabilities: readonly (readonly number[])[]
}

/** `attainable` divides by it (R1); `none` is the plain sum, kept to show what it gets wrong. */
export type ScoreCorrection = 'attainable' | 'none'

/**
 * The largest sum of its words' probabilities that a class can reach (methods.md 1.5, R1).
 *
 * Training asks for all words of a class alike, so each mask learns the mixture of the words' tokens
 * at its place. The product over the masks then gives mass to mixed words that stand in no group
 * (相关 and 包含 also feed 相含), and the sum stays below 1 unless the words share their tokens.
 *
 * `words[g]` is the class's word in group g as token ids, all of one length.
 */
export function attainable(words: readonly (readonly number[])[]): number {
  return reaches(words).reduce((sum, mass) => sum + mass, 0)
}

/** What each word has when a class reaches `attainable`. */
export function reaches(words: readonly (readonly number[])[]): number[] {
  const share = (token: number, j: number) =>
    words.filter((word) => word[j] === token).length / words.length
  return words.map((word) => word.reduce((mass, token, j) => mass * share(token, j), 1))
}

/**
 * Class logits `[C]` as the exported graph gives them (decisions.md, "The exported graph" (e)): the
 * mean over passes k of (logsumexp over groups of log p - log attainable) / (m_k * temperature).
 * Their softmax is the class probability. A class without a word in a pass is judged by the others.
 */
export function classLogits(
  scores: readonly VariantScore[],
  temperature = 1,
  correction: ScoreCorrection = 'attainable',
): number[] {
  return scores[0]!.attainable.map((_, c) => {
    const passes = scores.filter(({ attainable }) => attainable[c]! > 0)
    if (passes.length === 0) return -Infinity
    const logits = passes.map(({ masks, attainable, logProbabilities }) => {
      const sum = logSumExp(logProbabilities.map((group) => group[c]!))
      const maximum = correction === 'attainable' ? Math.log(attainable[c]!) : 0
      return (sum - maximum) / (masks * temperature)
    })
    return mean(logits)
  })
}

/** The share of groups whose own best class is `winner`. `groups` is `[G, C]`. */
export function agreement(groups: readonly (readonly number[])[], winner: number): number {
  return groups.filter((scores) => argmax(scores) === winner).length / groups.length
}

/**
 * A text's class logits, each group's own scores (mean over patterns) and their agreement; in single
 * precision, that of the pass and that in which scores are kept.
 */
export function scoreText(
  scores: readonly VariantScore[],
  temperature: number,
): Omit<Scored, 'id'> {
  const logits = classLogits(scores, temperature).map(Math.fround)
  const groups = groupScores(scores).map((group) => group.map(Math.fround))
  return { logits, groups, agreement: agreement(groups, argmax(logits)) }
}

/** `[G, C]`: the mean over patterns of each group's log probabilities. */
function groupScores(scores: readonly VariantScore[]): number[][] {
  const rows: (readonly number[])[][] = []
  for (const { groups, logProbabilities } of scores) {
    groups.forEach((g, k) => (rows[g] ??= []).push(logProbabilities[k]!))
  }
  return rows.map((patterns) => patterns[0]!.map((_, c) => mean(patterns.map((row) => row[c]!))))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
