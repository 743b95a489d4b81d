import type { Audit, Job, ProjectInfo, ProposalCount } from '../../core/records.ts'
import { namesOf } from './classes.ts'
import type { Words } from './words.ts'

export interface Situation {
  readonly info: ProjectInfo
  /** The latest training and the latest scoring of the pool, if there were any. */
  readonly training: Job | undefined
  readonly scoring: Job | undefined
  /** What the round in use has proposed. */
  readonly proposals: readonly ProposalCount[]
  readonly audits: readonly Audit[]
}

/** The command that takes the project further, and why where that is not plain. */
export function nextStep(situation: Situation, words: Words): string {
  const { info, training, scoring, proposals, audits } = situation
  if (info.texts === 0) return 'shiliu import FILE'
  if (!info.task) return 'shiliu task set FILE'
  if (training && training.state !== 'done') return 'shiliu train --resume'
  const bare = classesWithoutLabel(info)
  if (bare.length > 0) return words.because('shiliu label', words.unlabelled(bare))
  if (info.roundInUse === null) return 'shiliu train'
  if (audits.some(({ state }) => state === 'open')) return 'shiliu audit answer'
  if (proposals.length === 0) {
    return scoring && scoring.state !== 'done' ? 'shiliu propose --resume' : 'shiliu propose'
  }
  return proposals.some(({ decision }) => decision === 'pending')
    ? words.or('shiliu review', 'shiliu audit start')
    : words.or(words.because('shiliu train', words.fromReviewed), 'shiliu export FOLDER')
}

function classesWithoutLabel({ task, labels }: ProjectInfo): string[] {
  const counts = new Map(labels.classes.map((c) => [c.class, c.train]))
  return namesOf(task!)
    .classes.filter(({ id }) => !counts.get(id))
    .map(({ name }) => name)
}
