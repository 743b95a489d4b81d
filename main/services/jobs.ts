import { fail } from '../../core/errors.ts'
import type { Handler } from '../../core/contract.ts'
import type { JobId } from '../../core/project.ts'
import { changeDevice, eventsOf, jobById, latestOpenJob, listJobs } from '../store/jobs.ts'
import type { Session } from './session.ts'

export function jobsService(session: Session) {
  const list: Handler<'jobs.list'> = ({ limit }) => listJobs(session.db, limit)
  const get: Handler<'jobs.get'> = ({ job }) => jobById(session.home(job).db, job)
  const wait: Handler<'jobs.wait'> = ({ job }) => {
    const { db, work } = session.home(job)
    return work?.wait(job) ?? jobById(db, job)
  }
  const cancel: Handler<'jobs.cancel'> = ({ job }) => {
    const { db, work } = session.home(job)
    return work?.cancel(job) ?? jobById(db, job)
  }
  const resume: Handler<'jobs.resume'> = ({ job, kind, device }) => {
    const { db, work } = session
    const chosen = job === undefined ? latestOpenJob(db, kind ?? null) : openJob(session, job)
    if (!chosen) fail('job.nothingToResume', { kind: kind ?? 'job' })
    if (work.isRunning(chosen.id)) return { job: chosen.id }
    if (device !== undefined) changeDevice(session.writable, chosen.id, device)
    session.resume(work, chosen.id, chosen.kind)
    return { job: chosen.id }
  }
  const events: Handler<'jobs.events'> = ({ job, fromSeq, limit }) => {
    return eventsOf(session.home(job).db, job, fromSeq, limit)
  }
  return {
    'jobs.list': list,
    'jobs.get': get,
    'jobs.wait': wait,
    'jobs.cancel': cancel,
    'jobs.resume': resume,
    'jobs.events': events,
  }
}

function openJob(session: Session, id: JobId) {
  const job = jobById(session.db, id)
  return job.state === 'done' ? null : job
}
