import { fail } from '../../core/errors.ts'
import type { Handler } from '../../core/contract.ts'
import { decide } from '../store/decisions.ts'
import {
  countOpenProposals,
  decidedProposals,
  openProposals,
  proposalCounts,
  proposalForText,
  proposingRun,
} from '../store/proposals.ts'
import { roundInUse } from '../store/rounds.ts'
import { labelled } from './label.ts'
import type { Session } from './session.ts'

export function reviewService(session: Session) {
  const underReview = () => proposingRun(session.db) ?? fail('review.noProposals', {})
  const propose: Handler<'review.propose'> = ({ threads, ...input }) => {
    if (!roundInUse(session.db)) fail('round.none', {})
    const full = { ...input, threads: session.threads(threads) }
    return { job: session.begin(session.work, 'propose', full) }
  }
  const queue: Handler<'review.queue'> = ({ filter, ...page }) => {
    return openProposals(session.db, underReview(), filter, page)
  }
  const count: Handler<'review.count'> = ({ filter }) => {
    const run = underReview()
    return { run, count: countOpenProposals(session.db, run, filter) }
  }
  const decided: Handler<'review.decided'> = ({ decision, ...page }) => {
    return decidedProposals(session.db, underReview(), decision, page)
  }
  const settle: Handler<'review.decide'> = ({ verdicts }) => {
    const db = session.writable
    const run = proposingRun(db)
    const chosen = verdicts.map(({ text, verdict }) => {
      const proposal = proposalForText(db, text, run, verdict.kind === 'reopen')
      return { proposal: proposal ?? fail('review.unknownProposal', { ids: [text] }), verdict }
    })
    return labelled(db, decide(db, chosen))
  }
  return {
    'review.propose': propose,
    'review.queue': queue,
    'review.count': count,
    'review.decided': decided,
    'review.counts': () => proposalCounts(session.db, underReview()),
    'review.decide': settle,
  }
}
