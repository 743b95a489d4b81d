import type { ProposalRule, ProposedText } from '../core/job.ts'
import { argmax, logSumExp, softmax } from '../core/probability.ts'
import type { Scored } from '../core/task.ts'

/**
 * Picks proposals from the scored pool (methods.md 2.3, steps 3 and 4), by decreasing score.
 *
 * A model's bias towards a class is taken out first: probabilities are divided by their mean over the
 * pool and renormalised, as if all classes were equally common; every word group likewise. Then each
 * class proposes its best texts in equal number: `share` of the least predicted class, at least
 * `minimum`. A class with fewer candidates proposes those it has; no text is proposed twice. Classes
 * that are never predicted hold back no other.
 */
export function propose(pool: readonly Scored[], rule: ProposalRule): ProposedText[] {
  if (pool.length === 0) return []
  const candidates = candidatesOf(pool)
  const classes = Array.from({ length: pool[0]!.logits.length }, (_, c) =>
    candidates.filter((candidate) => candidate.class === c),
  )
  const predicted = classes.map(({ length }) => length).filter((length) => length > 0)
  const quota = Math.max(rule.minimum, Math.ceil(rule.share * Math.min(...predicted)))
  return classes
    .flatMap((ofClass) =>
      ofClass
        .filter(({ agrees }) => !rule.unanimous || agrees.every(Boolean))
        .sort(byScore)
        .slice(0, quota),
    )
    .sort(byScore)
}

/** Every text of the pool with its best class. */
function candidatesOf(pool: readonly Scored[]): ProposedText[] {
  const corrected = withoutPrior(pool.map(({ logits }) => logits))
  const choices = pool[0]!.groups.map((_, g) =>
    withoutPrior(pool.map(({ groups }) => groups[g]!)).map(argmax),
  )
  return pool.map(({ id }, i) => {
    const probabilities = corrected[i]!
    const best = argmax(probabilities)
    const score = probabilities[best]!
    const next = Math.max(0, ...probabilities.filter((_, c) => c !== best))
    const agrees = choices.map((choice) => choice[i] === best)
    return { id, class: best, probabilities, score, margin: score - next, agrees }
  })
}

/**
 * `[N, C]` probabilities of the logits under equal priors: q_c / mean(q_c), renormalised. Computed
 * in logarithms: a class may be all but absent from the pool.
 */
function withoutPrior(logits: readonly (readonly number[])[]): number[][] {
  const log = logits.map((row) => {
    const total = logSumExp(row)
    return row.map((value) => value - total)
  })
  const prior = log[0]!.map((_, c) => logSumExp(log.map((row) => row[c]!)))
  return log.map((row) => softmax(row.map((value, c) => value - prior[c]!)))
}

function byScore(a: ProposedText, b: ProposedText): number {
  return b.score - a.score || b.margin - a.margin || a.id - b.id
}
