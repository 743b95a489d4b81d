import { relative } from 'node:path'
import { softmax } from '../core/probability.ts'
import type { PredictOutcome, RoundComparison } from '../core/records.ts'
import { oneLine, percent, table, withInterval } from './cli/table.ts'
import type { LoopOutcome } from './loop.ts'

/** What happened, for a person to read. It says so when the second round did not help. */
export function showLoop(outcome: LoopOutcome, unseen: readonly string[]): string {
  const { stages, rounds, inUse, answers, project, exported, predictions } = outcome
  const stageRows = stages.map(({ name, seconds, outcome }) => [
    name,
    `${seconds.toFixed(1)} s`,
    outcome,
  ])
  const roundRows = rounds.map(({ number, accuracy }) => [
    `round ${number}`,
    accuracy ? `${withInterval(accuracy)} on ${accuracy.n} held-out texts` : 'not measured',
  ])
  return [
    table([['stage', 'time', 'outcome'], ...stageRows]),
    '',
    table([['accuracy', '95 % interval'], ...roundRows]),
    verdict(rounds.at(-1)!.comparison),
    `Round ${inUse} is in use, the better of ${rounds.length} on the held-out texts, and was exported.`,
    '',
    showAnswers(predictions, unseen),
    '',
    `Answers of the analyst: ${answers.train} for training, ${answers.audit} in the audit; ` +
      `${answers.heldOut} more only to measure.`,
    `Project: ${relative('.', project)}`,
    `Exported model: ${relative('.', exported.folder)}`,
  ].join('\n')
}

/** Below this distance between the best two classes, an answer is shown as unsure. */
const sureMargin = 0.2

export function showAnswers(predictions: PredictOutcome['rows'], texts: readonly string[]): string {
  const isUnsure = predictions.map(({ logits }) => margin(logits) < sureMargin)
  const rows = predictions.map(({ label, score }, i) => [
    label,
    percent(score),
    isUnsure[i] ? 'unsure' : '',
    oneLine(texts[i]!),
  ])
  const unsure = `Unsure: the best two classes are less than ${100 * sureMargin} points apart.`
  return [
    table([['predicted', 'score', '', 'text'], ...rows]),
    ...(isUnsure.includes(true) ? [unsure] : []),
    'Scores are not calibrated: of answers at 80 %, more or fewer than 8 in 10 may be right.',
  ].join('\n')
}

function margin(logits: readonly number[]): number {
  const [best, next] = softmax(logits).sort((p, q) => q - p)
  return best! - next!
}

function verdict(comparison: RoundComparison | null): string {
  if (comparison === null) return 'The rounds could not be compared.'
  const { accuracy } = comparison
  const change = `${withSign(accuracy.value)} (${withSign(accuracy.low)} to ${withSign(accuracy.high)}) points`
  const words = {
    helped: `The second round helped: ${change}.`,
    'did not help': `The second round did not help: ${change}.`,
    'no difference seen': `No difference seen between the rounds: ${change}, which includes 0.`,
  }
  return words[comparison.verdict]
}

function withSign(share: number): string {
  const points = (100 * share).toFixed(1)
  return share > 0 ? `+${points}` : points
}
