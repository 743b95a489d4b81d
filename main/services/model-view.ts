import { softmax } from '../../core/probability.ts'
import type { TextId } from '../../core/project.ts'
import type { ModelView } from '../../core/records.ts'
import type { ReadableDb } from '../store/database.ts'
import { roundInUse } from '../store/rounds.ts'
import { runById } from '../store/runs.ts'
import { scoreOf } from '../store/scores.ts'
import { taskVersion } from '../store/tasks.ts'
import { textById } from '../store/texts.ts'

/**
 * What the round in use says of a text. Null where it has no score, and for held-out texts: what they
 * measure must not have a say in how they are labelled (decision 15). Error: `text.unknown`.
 */
export function modelView(db: ReadableDb, text: TextId): ModelView | null {
  const round = roundInUse(db)
  if (!round || textById(db, text).heldOut) return null
  const score = scoreOf(db, round.run, text)
  if (!score) return null
  const { classes } = taskVersion(db, runById(db, round.run).taskVersion).task
  const probabilities = softmax(score.logits)
  return {
    round: round.number,
    agreement: score.agreement,
    classes: classes
      .map(({ id }, i) => ({ class: id, probability: probabilities[i]! }))
      .sort((x, y) => y.probability - x.probability),
  }
}
