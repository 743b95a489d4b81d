import { floats, integers, type Feeds } from '../../engine/executor.ts'
import type { Target } from '../../core/task.ts'
import type { FilledPattern } from '../prompt/pattern.ts'
import type { BatchSize } from './graph.ts'

/**
 * Sequence lengths that training steps are compiled for, in growing steps: a ninth of padding at most
 * beyond 32.
 */
const lengths = [
  ...spaced(16, 64, 4),
  ...spaced(72, 128, 8),
  ...spaced(144, 256, 16),
  ...spaced(288, 512, 32),
]

function spaced(first: number, last: number, step: number): number[] {
  return Array.from({ length: (last - first) / step + 1 }, (_, i) => first + i * step)
}

/** The shortest compiled length that holds `tokens`, `maxTokens` at most. */
export function bucketOf(tokens: number, maxTokens: number): number {
  return Math.min(maxTokens, lengths.find((length) => length >= tokens) ?? maxTokens)
}

/** Rows of a batch in which a row's bits do not depend on the others, and the multiple of its length. */
export const [steadyRows, steadyTokens] = [4, 4]

/**
 * The size of a batch in which a text's row has the same bits as in any other: onnxruntime's CPU takes
 * another way for what is left over when rows, or the sums along a sequence, do not come in fours, and
 * for a single row (decision 019). `patternFeeds` fills it up.
 */
export function steadySize(rows: number, longest: number, maxPositions: number): BatchSize {
  const tokens = Math.min(maxPositions, roundedUp(longest, steadyTokens))
  return { batch: roundedUp(rows, steadyRows), tokens }
}

export function roundedUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}

/**
 * The inputs of `wordLogProbabilities`. Rows beyond the texts repeat the first one; `selection` has a
 * one where a row's mask stands.
 */
export function patternFeeds(
  filled: readonly FilledPattern[],
  { batch, tokens }: BatchSize,
  padId: number,
): Feeds {
  const masks = filled[0]!.maskPositions.length
  const ids = new Int32Array(batch * tokens).fill(padId)
  const mask = new Float32Array(batch * tokens)
  const selection = new Float32Array(batch * masks * tokens)
  for (let row = 0; row < batch; row++) {
    const text = filled[row] ?? filled[0]!
    ids.set(text.ids, row * tokens)
    mask.fill(1, row * tokens, row * tokens + text.ids.length)
    text.maskPositions.forEach((at, j) => (selection[(row * masks + j) * tokens + at] = 1))
  }
  return {
    ids: integers([batch, tokens], ids),
    mask: floats([batch, tokens], mask),
    positions: integers(
      [tokens],
      Array.from({ length: tokens }, (_, i) => i),
    ),
    selection: floats([batch, masks, tokens], selection),
  }
}

interface Weighted {
  readonly weight: number
}

export function totalWeight(texts: readonly Weighted[]): number {
  return texts.reduce((sum, { weight }) => sum + weight, 0)
}

/**
 * The inputs `target` and `reject` of `fuzzyPetLoss`: weights divided by the total of the batch, of
 * which these may be a part.
 */
export function targetFeeds(
  targets: readonly ({ readonly target: Target } & Weighted)[],
  classes: number,
  total: number,
): Feeds {
  const shape = [targets.length, classes]
  const [wanted, ruledOut] = [floats(shape), floats(shape)]
  targets.forEach(({ target, weight }, row) => {
    const share = weight / total
    const at = (c: number) => row * classes + c
    if (target.kind === 'class') wanted.data[at(target.class)] = share
    else if (target.kind === 'not') ruledOut.data[at(target.class)] = share
    else target.probabilities.forEach((p, c) => (wanted.data[at(c)] = share * p))
  })
  return { target: wanted, reject: ruledOut }
}
