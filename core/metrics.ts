import type { Statistic } from './statistics.ts'

/**
 * Figures about predictions: `truth[i]` and `predicted[i]` are class indices of text i, -1 where a
 * text belongs to no class or the model abstains.
 */
export interface Predictions {
  readonly classes: number
  readonly truth: readonly number[]
  readonly predicted: readonly number[]
}

/** The share of texts whose class is predicted. */
export function accuracy({ truth, predicted }: Predictions): number {
  return truth.filter((c, i) => c === predicted[i]).length / truth.length
}

/**
 * The mean over classes of F1 = 2 tp / (2 tp + fp + fn). Classes that stand neither in the truth nor
 * in the predictions are left out; 0 when no class is left.
 */
export function macroF1(predictions: Predictions): number {
  return macroF1Statistic(predictions)(Int32Array.from(predictions.truth.keys()))
}

/** `[truth][predicted]` counts; row or column `classes` stands for no class. */
export function confusionMatrix({ classes, truth, predicted }: Predictions): number[][] {
  const place = (c: number) => (c < 0 ? classes : c)
  const matrix = Array.from({ length: classes + 1 }, () => Array<number>(classes + 1).fill(0))
  truth.forEach((c, i) => matrix[place(c)]![place(predicted[i]!)]!++)
  return matrix
}

/** Accuracy over chosen texts, for resampling. */
export function accuracyStatistic({ truth, predicted }: Predictions): Statistic {
  const correct = Uint8Array.from(truth, (c, i) => Number(c === predicted[i]))
  return (texts) => {
    let sum = 0
    for (const text of texts) sum += correct[text]!
    return sum / texts.length
  }
}

/** Macro F1 over chosen texts, for resampling: counts in place, nothing allocated per call. */
export function macroF1Statistic({ classes, truth, predicted }: Predictions): Statistic {
  const slot = (c: number) => (c < 0 ? classes : c)
  const truthOf = Int32Array.from(truth, slot)
  const predictedOf = Int32Array.from(predicted, slot)
  const hits = new Int32Array(classes + 1)
  const counts = new Int32Array(classes + 1)
  return (texts) => {
    hits.fill(0)
    counts.fill(0)
    for (const text of texts) {
      const t = truthOf[text]!
      const p = predictedOf[text]!
      counts[t]!++
      counts[p]!++
      if (t === p) hits[t]!++
    }
    let sum = 0
    let present = 0
    for (let c = 0; c < classes; c++) {
      if (counts[c] === 0) continue
      sum += (2 * hits[c]!) / counts[c]!
      present++
    }
    return present === 0 ? 0 : sum / present
  }
}
