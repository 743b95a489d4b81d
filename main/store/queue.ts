import { Stream } from '../../core/random.ts'
import type { RunId, TextId } from '../../core/project.ts'
import type { StoredText } from '../../core/records.ts'
import type { ReadableDb } from './database.ts'
import { unused } from './scope.ts'
import { lastTextId } from './pool.ts'
import { projectSeed } from './project.ts'
import { all, first, sql, type Sql } from './sql.ts'
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

/** A seeded random order that changes only where labels change it. */
function randomIds(db: ReadableDb, limit: number, isOpen: Sql): TextId[] {
  const last = lastTextId(db)
  if (last === 0) return []
  const stream = new Stream(projectSeed(db), 'label', 'queue')
  const chosen = new Set<TextId>()
  for (let tries = 0; chosen.size < limit && tries < 20 * limit + 1000; tries++) {
    const id = (1 + stream.below(last)) as TextId
    if (chosen.has(id)) continue
    if (first(db, sql`SELECT 1 FROM text WHERE id = ${id} AND ${isOpen}`)) chosen.add(id)
  }
  if (chosen.size === limit) return [...chosen]
  const rest = ids(
    db,
    sql`SELECT text.id FROM text WHERE ${isOpen} ORDER BY text.id LIMIT ${2 * limit}`,
  )
  for (const id of rest) if (chosen.size < limit) chosen.add(id)
  return [...chosen]
}

function ids(db: ReadableDb, query: Sql): TextId[] {
  return all<{ id: TextId }>(db, query).map((row) => row.id)
}
