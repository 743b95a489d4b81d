import type { Recipe } from '../../core/job.ts'
import type { ModelId, RunId, TextId } from '../../core/project.ts'
import type { Round } from '../../core/records.ts'
import { defaultStepOptions } from '../../core/step-options.ts'
import type { WritableDb } from '../../main/store/database.ts'
import { createJob } from '../../main/store/jobs.ts'
import { insertProposals } from '../../main/store/proposals.ts'
import { keepRound, recordRound } from '../../main/store/rounds.ts'
import { createRun, finishRun, runById, type NewRun } from '../../main/store/runs.ts'
import { insertScores } from '../../main/store/scores.ts'
import { requireTask } from '../../main/store/tasks.ts'

export const recipe: Recipe = {
  steps: 10,
  batch: 4,
  learningRate: 1e-4,
  warmup: 0.1,
  weightDecay: 0.01,
  clip: 1,
  dropout: 0.1,
  maxTokens: 64,
  ...defaultStepOptions,
}

const environment = { onnxruntime: '1', provider: 'cpu', threads: 1, cpu: 'x', node: '24' }

/** A model's record without weights, for tests that do not look at them. */
export function modelRecord(db: WritableDb): ModelId {
  const insert = db.prepare(`INSERT INTO model (sha256, header, created_at) VALUES (?, x'', 1)`)
  return Number(insert.run('0'.repeat(64)).lastInsertRowid) as ModelId
}

export function startRun(db: WritableDb, options: Partial<NewRun> = {}): RunId {
  return createRun(db, {
    job: createJob(db, 'train', {}).id,
    task: requireTask(db),
    parent: null,
    base: modelRecord(db),
    recipe: {},
    seed: 1,
    threads: 1,
    pseudo: { target: 'hard', acceptedWeight: 0.5, rejectedWeight: 0.3 },
    ...options,
  }).id
}

/** A trained round, in use, that has not scored anything yet. */
export function finishedRound(db: WritableDb, options: Partial<NewRun> = {}): Round {
  const run = startRun(db, options)
  finishRun(db, run, modelRecord(db), {
    steps: 10,
    finalLoss: 0.5,
    recipe,
    environment,
    milliseconds: 1,
  })
  return keepRound(db, recordRound(db, run).number, 'first')
}

/** Lets a run score texts and propose them: `c1` with the logit given for each text. */
export function propose(db: WritableDb, run: RunId, logits: Record<number, number>): number {
  const { task } = requireTask(db)
  const items = Object.entries(logits).map(([id, logit]) => ({ id: Number(id), logit }))
  const classes = task.classes.map((c) => c.id)
  insertScores(
    db,
    { run, job: runById(db, run).job, classes },
    items.map(({ id, logit }) => ({
      id,
      logits: [logit, 0],
      groups: [
        [logit - 3, -3],
        [-4, -3.5],
      ],
      agreement: logit > 0 ? 0.5 : 1,
    })),
  )
  const proposed = items.map(({ id, logit }) => {
    const first = 1 / (1 + Math.exp(-logit))
    const score = Math.max(first, 1 - first)
    const c = logit >= 0 ? 0 : 1
    const agrees = [true, c === 1]
    return {
      id,
      class: c,
      probabilities: [first, 1 - first],
      score,
      margin: 2 * score - 1,
      agrees,
    }
  })
  return insertProposals(db, run, task, proposed)
}

/** The same logit for a range of texts. */
export function each(ids: readonly TextId[], logit: number): Record<number, number> {
  return Object.fromEntries(ids.map((id) => [id, logit]))
}
