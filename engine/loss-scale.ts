/**
 * The dynamic loss scale of mixed precision (methods.md 8.3): gradients are computed of the loss times
 * `scale`, so that small ones do not vanish in float16.
 */
export interface LossScale {
  readonly scale: number
  /** Steps without overflow since the scale last changed. */
  readonly good: number
}

export const freshLossScale: LossScale = { scale: 2 ** 16, good: 0 }

const window = 1000

/**
 * After gradients that were all finite, or not. A step that overflowed is taken again with half the
 * scale, from the same batch: nothing is skipped, and DeepSpeed's hysteresis would only fail it twice.
 * Null where the scale is not to blame: at 1 it is no scale.
 */
export function nextLossScale({ scale, good }: LossScale, isFinite: boolean): LossScale | null {
  if (!isFinite) return scale === 1 ? null : { scale: Math.max(1, scale / 2), good: 0 }
  return good + 1 === window ? { scale: 2 * scale, good: 0 } : { scale, good: good + 1 }
}
