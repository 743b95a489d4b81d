import { setImmediate } from 'node:timers/promises'
import { textBatch } from '../../core/job.ts'
import type { RunId, TextId } from '../../core/project.ts'
import type { TextItem } from '../../core/task.ts'
import { only, sql } from '../store/sql.ts'
import type { ReadableDb, WritableDb } from '../store/database.ts'
import { NeighbourScan } from '../store/neighbours.ts'
import { poolIds, textItems } from '../store/pool.ts'

/** Long walks through the project, in portions short enough that everything else goes on. */

const portion = 1000

/** Compares every text that is new since the last time with the held-out sample. */
export async function finishNeighbourScan(db: WritableDb, signal?: AbortSignal): Promise<void> {
  const scan = new NeighbourScan(db)
  while (scan.scan(portion / 4)) {
    await setImmediate()
    signal?.throwIfAborted()
  }
}

/** The ids of the whole pool, in order. */
export async function collectPool(
  db: ReadableDb,
  run: RunId,
  signal: AbortSignal,
): Promise<TextId[]> {
  const { last } = only<{ last: number | null }>(db, sql`SELECT max(id) AS last FROM text`)
  const ids: TextId[] = []
  for (let after = 0; after < (last ?? 0); after += portion) {
    ids.push(...poolIds(db, run, after, after + portion))
    await setImmediate()
    signal.throwIfAborted()
  }
  return ids
}

/** Texts by id, in batches of the size in which they travel. */
export function* textBatches(
  db: ReadableDb,
  ids: readonly TextId[],
): Generator<readonly TextItem[]> {
  for (const batch of slices(ids, textBatch)) yield textItems(db, batch)
}

/** A list in parts of at most `size`. */
export function* slices<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}

/** Portions of a list, with a pause for everything else between them. */
export async function* portions<T>(
  items: readonly T[],
  size: number,
): AsyncGenerator<readonly T[]> {
  for (const part of slices(items, size)) {
    yield part
    await setImmediate()
  }
}
