import { relative } from 'node:path'
import type { RoundComparison } from '../core/records.ts'
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
  const answerRows = predictions.map(({ label, score }, i) => [
    label,
    percent(score),
    oneLine(unseen[i]!),
  ])
  return [
    table([['stage', 'time', 'outcome'], ...stageRows]),
    '',
    table([['accuracy', '95 % interval'], ...roundRows]),
    verdict(rounds.at(-1)!.comparison),
    `Round ${inUse} is in use, the better of ${rounds.length} on the held-out texts, and was exported.`,
    '',
    table([['predicted', 'score', 'text'], ...answerRows]),
    '',
    `Answers of the analyst: ${answers.train} for training, ${answers.audit} in the audit; ` +
      `${answers.heldOut} more only to measure.`,
    `Project: ${relative('.', project)}`,
    `Exported model: ${relative('.', exported.folder)}`,
  ].join('\n')
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
