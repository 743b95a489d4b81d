import { fail } from '../../core/errors.ts'
import type { Handler } from '../../core/contract.ts'
import {
  abandonAudit,
  acceptAudited,
  answerAudit,
  auditById,
  auditItems,
  auditsOf,
  countAuditLeft,
  createAudit,
} from '../store/audits.ts'
import { countOutdated } from '../store/decisions.ts'
import { proposingRun } from '../store/proposals.ts'
import { labelled } from './label.ts'
import type { Session } from './session.ts'

export function auditService(session: Session) {
  const underReview = () => proposingRun(session.db) ?? fail('review.noProposals', {})
  const create: Handler<'audit.create'> = (options) => {
    return createAudit(session.writable, { run: underReview(), ...options })
  }
  const items: Handler<'audit.items'> = ({ audit }) => {
    return auditItems(session.db, auditById(session.db, audit).id)
  }
  const left: Handler<'audit.left'> = ({ audit }) => countAuditLeft(session.db, audit)
  const answer: Handler<'audit.answer'> = ({ audit, answers }) => {
    answerAudit(session.writable, audit, answers)
    return auditById(session.db, audit)
  }
  const accept: Handler<'audit.accept'> = ({ audit }) => {
    const entry = acceptAudited(session.writable, audit)
    return { ...labelled(session.db, entry), leftOut: countOutdated(session.db, audit) }
  }
  const abandon: Handler<'audit.abandon'> = ({ audit }) => abandonAudit(session.writable, audit)
  return {
    'audit.create': create,
    'audit.list': () => auditsOf(session.db, underReview()),
    'audit.items': items,
    'audit.left': left,
    'audit.answer': answer,
    'audit.accept': accept,
    'audit.abandon': abandon,
  }
}
