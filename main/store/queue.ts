import { Stream } from '../../core/random.ts'
import type { RunId, TextId } from '../../core/project.ts'
import type { StoredText } from '../../core/records.ts'
import type { ReadableDb } from './database.ts'
import { unused } from './scope.ts'
import { lastTextId } from './pool.ts'
import { projectSeed } from './project.ts'
import { all, sql, type Sql } from './sql.ts'
import { textById } from './texts.ts'

export interface QueueOptions {
  readonly scope: 'train' | 'heldout'
  /** The run whose least certain texts come first. Null, or one without scores: a random order. */
  readonly run: RunId | null
  readonly limit: number
  readonly skip: readonly TextId[]
}

/** Unlabelled texts to label next. Held-out texts come in the order of their ids: all are needed. */
export function textsToLabel(db: ReadableDb, options: QueueOptions): StoredText[] {
  const skip = sql`text.id NOT IN (SELECT value FROM json_each(${JSON.stringify(options.skip)}))`
  const open = sql`NOT EXISTS (SELECT 1 FROM label WHERE label.text_id = text.id) AND ${skip}`
  return idsToLabel(db, options, open).map((id) => textById(db, id))
}

function idsToLabel(db: ReadableDb, { scope, run, limit }: QueueOptions, open: Sql): TextId[] {
  if (scope === 'heldout') {
    return ids(
      db,
      sql`SELECT text.id FROM heldout JOIN text ON text.id = heldout.text_id
          WHERE ${open} ORDER BY text.id LIMIT ${limit}`,
    )
  }
  const uncertain = run === null ? [] : uncertainIds(db, run, limit, open)
  return uncertain.length > 0 ? uncertain : randomIds(db, limit, sql`${open} AND ${unused}`)
}

function uncertainIds(db: ReadableDb, run: RunId, limit: number, open: Sql): TextId[] {
  return ids(
    db,
    sql`SELECT text.id FROM score CROSS JOIN text ON text.id = score.text_id
        WHERE score.run_id = ${run} AND ${open} AND ${unused}
        ORDER BY score.margin, score.text_id LIMIT ${limit}`,
  )
}

/** Ids that are looked at in one statement. */
const lookedAtOnce = 500

/** A seeded random order of all texts, those left out that are not open. */
function randomIds(db: ReadableDb, limit: number, isOpen: Sql): TextId[] {
  const order = shuffledIds(lastTextId(db), new Stream(projectSeed(db), 'label', 'queue'))
  const chosen: TextId[] = []
  while (chosen.length < limit) {
    const next = order.take(lookedAtOnce)
    if (next.length === 0) break
    const open = ids(
      db,
      sql`SELECT text.id FROM json_each(${JSON.stringify(next)}) AS wanted
          CROSS JOIN text ON text.id = wanted.value
          WHERE ${isOpen} ORDER BY wanted.key LIMIT ${limit - chosen.length}`,
    )
    chosen.push(...open)
  }
  return chosen
}

/** The ids from 1 to `last` in a random order, drawn no further than they are asked for (Fisher-Yates). */
function shuffledIds(last: number, stream: Stream) {
  const moved = new Map<number, number>()
  let at = 0
  return {
    take(count: number): number[] {
      const taken: number[] = []
      for (; taken.length < count && at < last; at++) {
        const from = at + stream.below(last - at)
        taken.push(1 + (moved.get(from) ?? from))
        moved.set(from, moved.get(at) ?? at)
        moved.delete(at)
      }
      return taken
    },
  }
}

function ids(db: ReadableDb, query: Sql): TextId[] {
  return all<{ id: TextId }>(db, query).map((row) => row.id)
}
