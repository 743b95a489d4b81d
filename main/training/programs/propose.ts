import { Stream } from '../../../core/random.ts'
import type { DeviceName } from '../../../core/devices.ts'
import { fail } from '../../../core/errors.ts'
import type { ProposalRule } from '../../../core/job.ts'
import type { RunId, TextId } from '../../../core/project.ts'
import type { ProposeOutcome } from '../../../core/records.ts'
import { insertProposals } from '../../store/proposals.ts'
import { projectSeed } from '../../store/project.ts'
import { roundInUse } from '../../store/rounds.ts'
import { runById } from '../../store/runs.ts'
import { taskVersion } from '../../store/tasks.ts'
import { collectPool, finishNeighbourScan, portions } from '../in-turns.ts'
import { scoreTexts } from '../score-texts.ts'
import type { Work } from '../work.ts'

export interface ProposeInput {
  readonly rule: ProposalRule
  readonly limit?: number | undefined
  readonly threads: number
  readonly device?: DeviceName
}

/** Scores the pool with the model in use and records what it proposes. */
export async function propose(work: Work): Promise<ProposeOutcome> {
  const { db } = work
  const { rule, limit, threads, device } = work.input as ProposeInput
  const round = roundInUse(db) ?? fail('round.none', {})
  const run = runById(db, round.run)
  await finishNeighbourScan(db, work.signal)
  const pool = sampled(work, run.id, await collectPool(db, run.id, work.signal), limit)
  const { task } = taskVersion(db, run.taskVersion)
  const { proposals } = await scoreTexts(work, run, pool, { threads, device, propose: rule })
  let proposed = 0
  for await (const some of portions(proposals, 100)) {
    proposed += insertProposals(db, run.id, task, some)
  }
  return { run: run.id, pool: pool.length, proposed, barred: proposals.length - proposed }
}

function sampled(work: Work, run: RunId, pool: TextId[], limit: number | undefined): TextId[] {
  if (limit === undefined || limit >= pool.length) return pool
  const stream = new Stream(projectSeed(work.db), 'pool', run)
  return stream.sample(pool, limit).sort((x, y) => x - y)
}
