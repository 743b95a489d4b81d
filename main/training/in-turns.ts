import { setImmediate } from 'node:timers/promises'
import { textBatch } from '../../core/job.ts'
import type { RunId, TextId } from '../../core/project.ts'
import type { TextItem } from '../../core/task.ts'
import type { ReadableDb, WritableDb } from '../store/database.ts'
import { isScanned, NeighbourScan } from '../store/neighbours.ts'
import { lastTextId, poolIds, textItems } from '../store/pool.ts'
import { findPart, type TextFilter } from '../store/texts.ts'

/** Long walks through the project, in portions short enough that everything else goes on. */

const portion = 1000

/** Compares every text that is new since the last time with the held-out sample. */
export async function finishNeighbourScan(db: WritableDb, signal?: AbortSignal): Promise<void> {
  if (isScanned(db)) return
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
  const ids: TextId[] = []
  for await (const { after, to } of idRanges(db)) {
    ids.push(...poolIds(db, run, after, to))
    signal.throwIfAborted()
  }
  return ids
}

/** Texts or hits of a search that are looked at in one go: some milliseconds of work. */
const findAtOnce = 10_000

/** The ids of all texts that a filter leaves, in order. */
export async function findTexts(db: ReadableDb, filter: TextFilter): Promise<TextId[]> {
  const ids: TextId[] = []
  for (let after: number | null = 0; after !== null;) {
    const part = findPart(db, filter, { after, size: findAtOnce })
    for (const id of part.ids) ids.push(id)
    after = part.next
    if (after !== null) await setImmediate()
  }
  return ids
}

/** Ranges (after, to] that hold every text from `from` on, with a pause between them. */
export async function* idRanges(
  db: ReadableDb,
  from = 0,
): AsyncGenerator<{ after: number; to: number }> {
  const last = lastTextId(db)
  for (let after = from; after < last; after += portion) {
    yield { after, to: after + portion }
    await setImmediate()
  }
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
