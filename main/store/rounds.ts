import { fail } from '../../core/errors.ts'
import type { RunId } from '../../core/project.ts'
import type { KeepEvent, KeepReason, Round } from '../../core/records.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { all, first, only, run, sql } from './sql.ts'

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

/** Puts a round into use. Nothing of the other rounds is lost: any of them can be chosen again. */
export function keepRound(db: WritableDb, number: number, reason: KeepReason): Round {
  return transaction(db, () => {
    const round = roundByNumber(db, number)
    if (!round.inUse) {
      run(
        db,
        sql`INSERT INTO kept (round, reason, at) VALUES (${number}, ${reason}, ${Date.now()})`,
      )
    }
    return roundByNumber(db, number)
  })
}

/** Error: `round.unknown`. */
export function roundByNumber(db: ReadableDb, number: number): Round {
  const row = first<RoundRow>(db, sql`${selectRound} WHERE number = ${number}`)
  if (row) return { ...row, inUse: row.inUse === 1 }
  const { n } = only<{ n: number }>(db, sql`SELECT count(*) AS n FROM round`)
  return fail('round.unknown', { round: number, rounds: n })
}

export function allRounds(db: ReadableDb): Round[] {
  return all<RoundRow>(db, sql`${selectRound} ORDER BY number`).map((row) => ({
    ...row,
    inUse: row.inUse === 1,
  }))
}

/** The round whose model is in use: it proposes, it is exported, the next run descends from it. */
export function roundInUse(db: ReadableDb): Round | null {
  return allRounds(db).find((round) => round.inUse) ?? null
}

/** Every change of the round in use, in order. */
export function keepHistory(db: ReadableDb): KeepEvent[] {
  return all(db, sql`SELECT round, reason, at FROM kept ORDER BY id`)
}

type RoundRow = Omit<Round, 'inUse'> & { inUse: number }

const selectRound = sql`
  SELECT number, run_id AS run, previous, finished_at AS finishedAt,
         number IS (SELECT round FROM kept ORDER BY id DESC LIMIT 1) AS inUse
  FROM round`
