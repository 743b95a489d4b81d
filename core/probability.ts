/** log of the sum of the exponentials, without overflow; -Infinity of nothing. */
export function logSumExp(values: readonly number[]): number {
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity)
  if (largest === -Infinity) return -Infinity
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0))
}

/** Probabilities in proportion to the exponentials. */
export function softmax(logits: readonly number[]): number[] {
  const total = logSumExp(logits)
  return logits.map((logit) => Math.exp(logit - total))
}

/** The index of the largest value, the first of equals. */
export function argmax(values: readonly number[]): number {
  let best = 0
  for (let i = 1; i < values.length; i++) {
    if (values[i]! > values[best]!) best = i
  }
  return best
}
