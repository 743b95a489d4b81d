import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addCheckpoint,
  appendEvent,
  checkpointsOf,
  createJob,
  endJob,
  eventsOf,
  interruptRunningJobs,
  jobById,
  latestOpenJob,
  startJob,
} from '../../main/store/jobs.ts'
import { reopen, tempProject } from './temp-project.ts'

const step = (done: number) => ({ phase: 'train', done, total: 10, figures: { loss: 1 / done } })

test('progress is replayed from any point, also after a restart', (t) => {
  const project = tempProject(t)
  const { id } = createJob(project.writable, 'train', {})
  for (let i = 1; i <= 5; i++) appendEvent(project.writable, id, step(i))
  const db = reopen(t, project)
  assert.deepEqual(
    eventsOf(db, id, 4, 100).map(({ seq, done, figures }) => [seq, done, figures]),
    [
      [4, 4, { loss: 0.25 }],
      [5, 5, { loss: 0.2 }],
    ],
  )
  assert.equal(appendEvent(db, id, step(6)).seq, 6)
})

test('a job that a killed program was working on waits to be resumed', (t) => {
  const project = tempProject(t)
  const first = createJob(project.writable, 'train', { seed: 1 })
  startJob(project.writable, first.id)
  addCheckpoint(project.writable, first.id, { step: 5, path: '1/5', sha256: 'a' })
  addCheckpoint(project.writable, first.id, { step: 9, path: '1/9', sha256: 'b' })
  const db = reopen(t, project)
  assert.deepEqual(interruptRunningJobs(db), [first.id])
  const job = latestOpenJob(db, 'train')
  assert.deepEqual([job?.id, job?.state, job?.input], [first.id, 'interrupted', { seed: 1 }])
  assert.deepEqual(
    checkpointsOf(db, first.id).map((c) => c.step),
    [9, 5],
  )
  startJob(db, first.id)
  endJob(db, first.id, { state: 'done', result: { run: 1 } })
  assert.equal(latestOpenJob(db, 'train'), null)
  assert.deepEqual(jobById(db, first.id).result, { run: 1 })
})

test('an unknown job is refused', (t) => {
  const { db } = tempProject(t)
  assert.throws(() => jobById(db, 3), { code: 'job.unknown' })
})
