import type { DeviceName } from '../../core/devices.ts'
import { fail, type ErrorRecord } from '../../core/errors.ts'
import type { StepRecord } from '../../core/job.ts'
import type { JobId, JobState, WorkKind } from '../../core/project.ts'
import type { Job, JobEvent } from '../../core/records.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { all, first, only, run, runOne, sql } from './sql.ts'

export interface Checkpoint {
  readonly step: number
  /** Relative to the project's work folder. */
  readonly path: string
  readonly sha256: string
}

/** A new job, in the queue. Its id is at least `firstId`. */
export function createJob(db: WritableDb, kind: WorkKind, input: unknown, firstId = 1): Job {
  const id = run(
    db,
    sql`INSERT INTO job (id, kind, input, state, created_at)
        SELECT max(coalesce(max(id), 0) + 1, ${firstId}), ${kind}, ${JSON.stringify(input)},
               'queued', ${Date.now()} FROM job`,
  ).id as JobId
  return jobById(db, id)
}

/** Error: `job.unknown`. */
export function jobById(db: ReadableDb, id: number): Job {
  const row = first<JobRow>(db, sql`${selectJob} WHERE id = ${id}`)
  return row ? fromRow(row) : fail('job.unknown', { job: id })
}

/** The newest jobs first. */
export function listJobs(db: ReadableDb, limit: number): Job[] {
  return all<JobRow>(db, sql`${selectJob} ORDER BY id DESC LIMIT ${limit}`).map(fromRow)
}

/** The latest job (of a kind, if one is given) that was cut off, stopped or failed. */
export function latestOpenJob(db: ReadableDb, kind: WorkKind | null): Job | null {
  const row = first<JobRow>(
    db,
    sql`${selectJob} WHERE coalesce(${kind}, kind) = kind ORDER BY id DESC LIMIT 1`,
  )
  return row && row.state !== 'done' ? fromRow(row) : null
}

/** What the latest job of a kind that was done with these values in its input ended with. */
export function latestResult<T>(
  db: ReadableDb,
  kind: WorkKind,
  input: Readonly<Record<string, number>>,
): T | null {
  const row = first<{ result: string }>(
    db,
    sql`SELECT result FROM job WHERE kind = ${kind} AND state = 'done' AND NOT EXISTS
          (SELECT 1 FROM json_each(${JSON.stringify(input)}) AS wanted
           WHERE json_extract(job.input, '$.' || wanted.key) IS NOT wanted.value)
        ORDER BY id DESC LIMIT 1`,
  )
  return row ? (JSON.parse(row.result) as T) : null
}

/** What a job that is taken up again computes on. */
export function changeDevice(db: WritableDb, id: JobId, device: DeviceName): void {
  runOne(db, sql`UPDATE job SET input = json_set(input, '$.device', ${device}) WHERE id = ${id}`)
}

export function startJob(db: WritableDb, id: JobId): void {
  runOne(
    db,
    sql`UPDATE job SET state = 'running', started_at = coalesce(started_at, ${Date.now()}),
                       finished_at = NULL, error = NULL WHERE id = ${id}`,
  )
}

export function endJob(
  db: WritableDb,
  id: JobId,
  end:
    | { state: 'done'; result: unknown }
    | { state: 'failed' | 'cancelled' | 'interrupted'; error: ErrorRecord },
): void {
  const result = end.state === 'done' ? JSON.stringify(end.result ?? null) : null
  const error = end.state === 'done' ? null : JSON.stringify(end.error)
  runOne(
    db,
    sql`UPDATE job SET state = ${end.state}, result = ${result}, error = ${error},
                       finished_at = ${Date.now()} WHERE id = ${id}`,
  )
}

/** Jobs that a killed program was working on: they wait to be taken up again. */
export function interruptRunningJobs(db: WritableDb): JobId[] {
  return all<{ id: JobId }>(
    db,
    sql`UPDATE job SET state = 'interrupted' WHERE state IN ('running', 'queued') RETURNING id`,
  ).map((row) => row.id)
}

export function appendEvent(db: WritableDb, id: JobId, step: StepRecord): JobEvent {
  return transaction(db, () => {
    const at = Date.now()
    const { seq } = only<{ seq: number }>(
      db,
      sql`INSERT INTO job_event (job_id, seq, at, phase, done, total, figures)
          SELECT ${id}, coalesce(max(seq), 0) + 1, ${at}, ${step.phase}, ${step.done},
                 ${step.total}, ${JSON.stringify(step.figures)}
          FROM job_event WHERE job_id = ${id} RETURNING seq`,
    )
    return { ...step, seq, at }
  })
}

/** A job's progress from `fromSeq` on, at most `limit` lines of it. */
export function eventsOf(db: ReadableDb, id: JobId, fromSeq: number, limit: number): JobEvent[] {
  const rows = all<Omit<JobEvent, 'figures'> & { figures: string }>(
    db,
    sql`SELECT seq, at, phase, done, total, figures FROM job_event
        WHERE job_id = ${id} AND seq >= ${fromSeq} ORDER BY seq LIMIT ${limit}`,
  )
  return rows.map((row) => ({
    ...row,
    figures: JSON.parse(row.figures) as Record<string, number>,
  }))
}

export function addCheckpoint(db: WritableDb, id: JobId, checkpoint: Checkpoint): void {
  const { step, path, sha256 } = checkpoint
  run(
    db,
    sql`INSERT OR REPLACE INTO checkpoint (job_id, step, path, sha256, at)
        VALUES (${id}, ${step}, ${path}, ${sha256}, ${Date.now()})`,
  )
}

/** The latest checkpoints first. */
export function checkpointsOf(db: ReadableDb, id: JobId): Checkpoint[] {
  return all(
    db,
    sql`SELECT step, path, sha256 FROM checkpoint WHERE job_id = ${id} ORDER BY step DESC`,
  )
}

export function forgetCheckpoints(db: WritableDb, id: JobId): void {
  run(db, sql`DELETE FROM checkpoint WHERE job_id = ${id}`)
}

interface JobRow {
  id: JobId
  kind: WorkKind
  input: string
  state: JobState
  created_at: number
  started_at: number | null
  finished_at: number | null
  result: string | null
  error: string | null
  last_seq: number
}

const selectJob = sql`
  SELECT id, kind, input, state, created_at, started_at, finished_at, result, error,
         coalesce((SELECT max(seq) FROM job_event WHERE job_id = job.id), 0) AS last_seq
  FROM job`

function fromRow(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    input: JSON.parse(row.input) as unknown,
    state: row.state,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    result: row.result === null ? null : (JSON.parse(row.result) as unknown),
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorRecord),
    lastSeq: row.last_seq,
  }
}
