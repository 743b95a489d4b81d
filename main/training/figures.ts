import { setImmediate } from 'node:timers/promises'
import {
  accuracy,
  accuracyStatistic,
  macroF1Statistic,
  type Predictions,
} from '../../core/metrics.ts'
import { heldOutShownFrom, type Proportion } from '../../core/project.ts'
import type { Estimate, ModelComparison, RoundComparison } from '../../core/records.ts'
import {
  bootstrapInSlices,
  compareInSlices,
  wilson,
  type Comparison,
} from '../../core/statistics.ts'
import type { ReadableDb } from '../store/database.ts'
import { heldOutAnswers } from '../store/evaluations.ts'
import type { Round } from '../../core/records.ts'
import { runById } from '../store/runs.ts'
import { taskVersion } from '../store/tasks.ts'

/** Resampling uses one seed, so that the same answers always show the same interval. */
const seed = 16

export interface HeldOutFigures {
  /** Labelled held-out texts. */
  readonly n: number
  /** Null below the number of texts from which figures are shown. */
  readonly accuracy: Proportion | null
  readonly macroF1: Estimate | null
}

/** A round's figures on the held-out texts that are labelled by now (decisions 15 and 16). */
export async function heldOutFigures(db: ReadableDb, round: Round): Promise<HeldOutFigures> {
  const predictions = predictionsOf(db, round)
  const { n, accuracy } = accuracyOf(predictions)
  if (!accuracy) return { n, accuracy, macroF1: null }
  const key = JSON.stringify(predictions)
  const macroF1 = await remembered(`figures ${key}`, () => {
    return inSlices(bootstrapInSlices(n, macroF1Statistic(predictions), seed))
  })
  return { n, accuracy, macroF1 }
}

/** The part of a round's figures that needs no resampling. */
export function heldOutAccuracy(
  db: ReadableDb,
  round: Round,
): Pick<HeldOutFigures, 'n' | 'accuracy'> {
  return accuracyOf(predictionsOf(db, round))
}

function accuracyOf(predictions: Predictions): Pick<HeldOutFigures, 'n' | 'accuracy'> {
  const n = predictions.truth.length
  if (n < heldOutShownFrom) return { n, accuracy: null }
  const value = accuracy(predictions)
  const successes = Math.round(value * n)
  return { n, accuracy: { successes, n, value, ...wilson(successes, n) } }
}

/**
 * Two rounds on the same texts. "Helped" or "did not help" is claimed only if the interval of the
 * difference in accuracy excludes 0 (decision 16). Null without enough labelled held-out texts.
 */
export async function compareRounds(
  db: ReadableDb,
  before: Round,
  after: Round,
): Promise<RoundComparison | null> {
  const comparison = await comparePredictions(...sharedPredictions(db, before, after))
  return comparison && { before: before.number, after: after.number, ...comparison }
}

/** Two lists of predictions on the same texts, the second less the first; null for too few texts. */
export async function comparePredictions(
  x: Predictions,
  y: Predictions,
): Promise<ModelComparison | null> {
  const n = x.truth.length
  if (n < heldOutShownFrom) return null
  const key = JSON.stringify([x, y])
  const byAccuracy = await remembered(`accuracy ${key}`, () => {
    return inSlices(compareInSlices(n, accuracyStatistic(x), accuracyStatistic(y), seed))
  })
  const byF1 = await remembered(`macro F1 ${key}`, () => {
    return inSlices(compareInSlices(n, macroF1Statistic(x), macroF1Statistic(y), seed))
  })
  return {
    n,
    accuracy: estimate(byAccuracy),
    macroF1: estimate(byF1),
    fixed: countTurned(x, y),
    broken: countTurned(y, x),
    verdict: byAccuracy.verdict,
  }
}

function estimate({ difference, low, high }: Comparison): Estimate {
  return { value: difference, low, high }
}

/** How many texts are wrong in the one and right in the other. */
function countTurned(wrong: Predictions, right: Predictions): number {
  return wrong.truth.filter(
    (c, i) => c !== wrong.predicted[i] && right.truth[i] === right.predicted[i],
  ).length
}

function predictionsOf(db: ReadableDb, round: Round): Predictions {
  return toPredictions(classesOf(db, round), heldOutAnswers(db, round.run))
}

/** Both rounds on the texts that both have scored, with one numbering of the classes. */
function sharedPredictions(
  db: ReadableDb,
  before: Round,
  after: Round,
): [Predictions, Predictions] {
  const classes = [...new Set([...classesOf(db, before), ...classesOf(db, after)])]
  const x = heldOutAnswers(db, before.run)
  const y = heldOutAnswers(db, after.run)
  const inX = new Set(x.map((answer) => answer.text))
  const inY = new Set(y.map((answer) => answer.text))
  return [
    toPredictions(
      classes,
      x.filter((answer) => inY.has(answer.text)),
    ),
    toPredictions(
      classes,
      y.filter((answer) => inX.has(answer.text)),
    ),
  ]
}

function classesOf(db: ReadableDb, round: Round): string[] {
  return taskVersion(db, runById(db, round.run).taskVersion).task.classes.map((c) => c.id)
}

function toPredictions(
  classes: readonly string[],
  answers: readonly { actual: string | null; predicted: string }[],
): Predictions {
  return {
    classes: classes.length,
    truth: answers.map((answer) => (answer.actual === null ? -1 : classes.indexOf(answer.actual))),
    predicted: answers.map((answer) => classes.indexOf(answer.predicted)),
  }
}

/** Lets everything else go on between the slices of a computation. */
async function inSlices<T>(slices: Generator<void, T>): Promise<T> {
  for (;;) {
    const { done, value } = slices.next()
    if (done) return value
    await setImmediate()
  }
}

/** Resampling takes tens of milliseconds, so what was computed for the same answers is kept. */
const cache = new Map<string, Promise<unknown>>()
const cacheSize = 200

function remembered<T>(key: string, make: () => Promise<T>): Promise<T> {
  if (!cache.has(key)) {
    if (cache.size >= cacheSize) cache.delete(cache.keys().next().value!)
    cache.set(key, make())
  }
  return cache.get(key) as Promise<T>
}
