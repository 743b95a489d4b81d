import { fail } from '../../core/errors.ts'
import type { ModelId, RunId } from '../../core/project.ts'
import type { KeepEvent, KeepReason, Round } from '../../core/records.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { discardModel } from './models.ts'
import { all, first, only, run, runOne, sql } from './sql.ts'

/** Gives a finished run its round. Calling it again for the same run changes nothing. */
export function recordRound(db: WritableDb, runId: RunId): Round {
  return transaction(db, () => {
    const known = first<{ number: number }>(
      db,
      sql`SELECT number FROM round WHERE run_id = ${runId}`,
    )
    if (known) return roundByNumber(db, known.number)
    const added = run(
      db,
      sql`INSERT INTO round (run_id, previous, finished_at)
          SELECT run.id, parent.number, ${Date.now()}
          FROM run LEFT JOIN round parent ON parent.run_id = run.parent_id
          WHERE run.id = ${runId}`,
    )
    return roundByNumber(db, added.id)
  })
}

/**
 * Puts a round into use. Nothing of the other rounds is lost: any of them can be chosen again.
 * Error: `model.discarded`.
 */
export function keepRound(db: WritableDb, number: number, reason: KeepReason): Round {
  return transaction(db, () => {
    const round = roundByNumber(db, number)
    if (round.isDiscarded) fail('model.discarded', { model: modelOf(db, round.run) })
    if (!round.inUse) {
      run(
        db,
        sql`INSERT INTO kept (round, reason, at) VALUES (${number}, ${reason}, ${Date.now()})`,
      )
    }
    return roundByNumber(db, number)
  })
}

/**
 * Gives a round up; its record stays. Training is deterministic, so two rounds may have one model: its
 * weights are given up with the last round that has it, and never while a run starts from it.
 * Error: `round.inUse`.
 */
export function discardRound(db: WritableDb, number: number): void {
  transaction(db, () => {
    const round = roundByNumber(db, number)
    if (round.inUse) fail('round.inUse', { round: number })
    if (round.isDiscarded) return
    runOne(db, sql`UPDATE round SET discarded_at = ${Date.now()} WHERE number = ${number}`)
    const model = modelOf(db, round.run)
    if (!isNeeded(db, model)) discardModel(db, model)
  })
}

/** Error: `round.unknown`. */
export function roundByNumber(db: ReadableDb, number: number): Round {
  const row = first<RoundRow>(db, sql`${selectRound} WHERE number = ${number}`)
  if (row) return fromRow(row)
  const { n } = only<{ n: number }>(db, sql`SELECT count(*) AS n FROM round`)
  return fail('round.unknown', { round: number, rounds: n })
}

export function allRounds(db: ReadableDb): Round[] {
  return all<RoundRow>(db, sql`${selectRound} ORDER BY number`).map(fromRow)
}

/** The round whose model is in use: it proposes, it is exported, the next run descends from it. */
export function roundInUse(db: ReadableDb): Round | null {
  return allRounds(db).find((round) => round.inUse) ?? null
}

/** Every change of the round in use, in order. */
export function keepHistory(db: ReadableDb): KeepEvent[] {
  return all(db, sql`SELECT round, reason, at FROM kept ORDER BY id`)
}

function modelOf(db: ReadableDb, runId: RunId): ModelId {
  const { id } = only<{ id: ModelId }>(
    db,
    sql`SELECT model_id AS id FROM run_result WHERE run_id = ${runId}`,
  )
  return id
}

/** A run that has no round yet, because it is still being measured, needs its model as well. */
function isNeeded(db: ReadableDb, model: ModelId): boolean {
  return (
    first(
      db,
      sql`SELECT 1 FROM run_result LEFT JOIN round USING (run_id)
          WHERE model_id = ${model} AND discarded_at IS NULL
          UNION ALL
          SELECT 1 FROM run WHERE base_model_id = ${model}`,
    ) !== undefined
  )
}

type RoundRow = Omit<Round, 'inUse' | 'isDiscarded'> & { inUse: number; isDiscarded: number }

const selectRound = sql`
  SELECT number, run_id AS run, previous, finished_at AS finishedAt,
         number IS (SELECT round FROM kept ORDER BY id DESC LIMIT 1) AS inUse,
         discarded_at IS NOT NULL AS isDiscarded
  FROM round`

function fromRow(row: RoundRow): Round {
  return { ...row, inUse: row.inUse === 1, isDiscarded: row.isDiscarded === 1 }
}
