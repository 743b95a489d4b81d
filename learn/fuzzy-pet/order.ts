import { Stream } from '../../core/random.ts'
import type { TrainingItem } from '../../core/task.ts'

/** A rejection says little; more of them than this share of a batch would drown the labels. */
const rejectShare = 0.25

/**
 * Which texts a step trains on. Gold texts come around in shuffled epochs and fill the batch; of it
 * rejections get a quarter at most (an eighth beside pseudo-labels) and pseudo-labels what is left of
 * a half, none of them twice in one batch (methods.md 2.3, decision 18). The answer depends on
 * (seed, step) alone.
 */
export function batchOf(
  items: readonly TrainingItem[],
  seed: number,
  step: number,
  batch: number,
): TrainingItem[] {
  const gold = items.filter((item) => item.gold)
  const rejected = items.filter((item) => !item.gold && item.target.kind === 'not')
  const pseudo = items.filter((item) => !item.gold && item.target.kind !== 'not')
  const share = sharesOf(batch, gold.length, pseudo.length, rejected.length)
  return [
    ...turn(gold, seed, 'gold', step, share.gold),
    ...turn(pseudo, seed, 'pseudo', step, share.pseudo),
    ...turn(rejected, seed, 'rejected', step, share.rejected),
  ]
}

function sharesOf(batch: number, gold: number, pseudo: number, rejected: number) {
  if (gold === 0) throw new Error('training without gold labels')
  const others = Math.floor(batch / 2)
  const mostRejected = Math.floor(batch * rejectShare * (pseudo > 0 ? 0.5 : 1))
  const forRejected = Math.min(rejected, mostRejected)
  const forPseudo = Math.min(pseudo, others - forRejected)
  return { gold: batch - forPseudo - forRejected, pseudo: forPseudo, rejected: forRejected }
}

/** `count` items of an endless run of shuffled epochs, those that belong to this step. */
function turn(
  items: readonly TrainingItem[],
  seed: number,
  name: string,
  step: number,
  count: number,
): TrainingItem[] {
  if (count === 0) return []
  let epoch = -1
  let order: TrainingItem[] = []
  return Array.from({ length: count }, (_, i) => {
    const at = step * count + i
    const wanted = Math.floor(at / items.length)
    if (wanted !== epoch) {
      epoch = wanted
      order = new Stream(seed, 'order', name, epoch).shuffled(items)
    }
    return order[at % items.length]!
  })
}
