import * as v from 'valibot'
import {
  calls,
  type Call,
  type Event,
  type Handler,
  type Input,
  type Output,
  type Payload,
} from '../core/contract.ts'
import { fail } from '../core/errors.ts'
import type { JobId } from '../core/project.ts'
import type { JobEvent } from '../core/records.ts'
import type { Host } from './host.ts'
import { assistService } from './services/assist.ts'
import { auditService } from './services/audit.ts'
import { dataService } from './services/data.ts'
import { devicesService } from './services/devices.ts'
import { doctorService } from './services/doctor.ts'
import { exportService } from './services/export.ts'
import { jobsService } from './services/jobs.ts'
import { labelService } from './services/label.ts'
import { modelsService } from './services/models.ts'
import { projectService } from './services/project.ts'
import { reviewService } from './services/review.ts'
import { roundsService } from './services/rounds.ts'
import { Session } from './services/session.ts'
import { shellService } from './services/shell.ts'
import { taskService } from './services/task.ts'
import { trainService } from './services/train.ts'
import { storageError } from './store/database.ts'
import { eventsOf, jobById } from './store/jobs.ts'

/** The application behind every shell. */
export interface App {
  /**
   * Does one call of the contract. The input is checked here and nowhere else. Ids mean something in
   * one project only: a caller that says which opening it has them from is refused in any other.
   */
  call<K extends Call>(name: K, input: Input<K>, opening?: number): Promise<Output<K>>
  on<E extends Event>(event: E, listener: (payload: Payload<E>) => void): () => void
  /** A job's progress from `fromSeq` on: first what was recorded, then what comes. */
  subscribe(job: JobId, fromSeq: number, listener: (event: JobEvent) => void): () => void
  /** Whether any job runs or waits for its turn. */
  readonly isBusy: boolean
  /** Stops what runs, keeping its checkpoints, and closes the project. */
  close(): Promise<void>
}

/**
 * Calls that closing a project does not wait for: they close it themselves, or wait for jobs or for
 * processes that need no project.
 */
const mayOutlive: ReadonlySet<Call> = new Set<Call>([
  'project.create',
  'project.createSample',
  'project.open',
  'project.close',
  'jobs.wait',
  'jobs.cancel',
  'devices.list',
  'devices.measure',
])

/** Whether a call means no project, or says itself which one it means. */
function isOfNoProject(name: Call): boolean {
  return /^(shell|files|recent|project|models)\./.test(name)
}

/** Starts the application for a shell. */
export function openApp(host: Host): App {
  const session = new Session(host)
  const handlers = handlersOf(session)
  return {
    async call(name, input, opening) {
      const { input: schema, writes } = calls[name]
      const checked = checkedInput(name, schema, input)
      if (opening !== undefined && !isOfNoProject(name)) session.requireSame(opening)
      if (writes) void session.writable
      const perform = async () => (handlers[name] as (input: unknown) => unknown)(checked)
      try {
        const output = await (mayOutlive.has(name) ? perform() : session.during(perform))
        if (writes) session.announce('project.changed', { call: name })
        return output as Output<typeof name>
      } catch (error) {
        throw storageError(error, session.openProject?.path ?? '')
      }
    },
    on(event, listener) {
      session.events.on(event, listener as never)
      return () => void session.events.off(event, listener as never)
    },
    subscribe: (job, fromSeq, listener) => subscribe(session, job, fromSeq, listener),
    get isBusy() {
      return session.isBusy
    },
    close: () => session.close(),
  }
}

function handlersOf(session: Session) {
  return {
    ...shellService(session),
    ...projectService(session),
    ...dataService(session),
    ...taskService(session),
    ...assistService(session),
    ...labelService(session),
    ...trainService(session),
    ...reviewService(session),
    ...auditService(session),
    ...roundsService(session),
    ...exportService(session),
    ...modelsService(session),
    ...jobsService(session),
    ...devicesService(session),
    ...doctorService(session),
  } satisfies { [K in Call]: Handler<K> }
}

function checkedInput(call: Call, schema: v.GenericSchema, input: unknown): unknown {
  const parsed = v.safeParse(schema, input)
  if (parsed.success) return parsed.output
  const issue = parsed.issues[0]
  fail('call.badInput', {
    call,
    path: v.getDotPath(issue) ?? '',
    expected: issue.expected ?? issue.message,
    got: issue.received,
  })
}

/** Nothing happens between reading the record and listening, so no event is missed or seen twice. */
function subscribe(
  session: Session,
  job: JobId,
  fromSeq: number,
  listener: (event: JobEvent) => void,
): () => void {
  const { db } = session.home(job)
  const { lastSeq } = jobById(db, job)
  for (const event of eventsOf(db, job, fromSeq, Math.max(1, lastSeq))) listener(event)
  const onStep = (step: Payload<'job.step'>) => {
    if (step.job === job && step.event.seq >= fromSeq) listener(step.event)
  }
  session.events.on('job.step', onStep)
  return () => void session.events.off('job.step', onStep)
}
