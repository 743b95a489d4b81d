import { fail } from '../../core/errors.ts'
import type { Answer, ImportId, Origin, TextId } from '../../core/project.ts'
import type { StoredText } from '../../core/records.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { fingerprint, rowPrint } from './fold.ts'
import { lastTextId } from './pool.ts'
import { isHeldOut, unused } from './scope.ts'
import { indexHits, indexQuery, indexText, matches } from './search.ts'
import { all, allOf, first, only, run, sql, type Sql } from './sql.ts'

/** One row of a file. `columns` are its values by the positions of the import's columns. */
export interface NewText {
  readonly line: number
  readonly originalId: string | null
  readonly a: string
  readonly b: string | null
  readonly columns: readonly (string | null)[]
}

export interface TextFilter {
  readonly query?: string | undefined
  readonly label?: 'any' | 'none' | 'unlabelled' | undefined
  readonly class?: string | undefined
  readonly scope?: 'heldout' | 'pool' | undefined
}

/** Adds one text with its search entry. Part of the transaction of its batch. */
export function insertText(db: WritableDb, importId: ImportId, text: NewText): TextId {
  const { line, originalId, a, b, columns } = text
  const print = fingerprint(a, b)
  const added = run(
    db,
    sql`INSERT INTO text (import_id, line, original_id, a, b, columns, fingerprint, row_print)
        VALUES (${importId}, ${line}, ${originalId}, ${a}, ${b}, ${JSON.stringify(columns)}, ${print},
                ${rowPrint(print, columns)})`,
  )
  const id = added.id as TextId
  indexText(db, id, a, b)
  return id
}

export function countTexts(db: ReadableDb): number {
  return only<{ n: number }>(db, sql`SELECT count(*) AS n FROM text`).n
}

/** Error: `text.unknown`. */
export function textById(db: ReadableDb, id: number): StoredText {
  const row = first<TextRow>(db, sql`${selectText} WHERE text.id = ${id}`)
  return row ? stored(row) : fail('text.unknown', { ids: [id] })
}

/** The one text with this id of its own file. Errors: `text.unknown`, `text.ambiguous`. */
export function textByOriginalId(db: ReadableDb, originalId: string): TextId {
  const rows = all<{ id: TextId }>(db, sql`SELECT id FROM text WHERE original_id = ${originalId}`)
  if (rows.length > 1) fail('text.ambiguous', { id: originalId, count: rows.length })
  return rows[0]?.id ?? fail('text.unknown', { ids: [originalId] })
}

/** Texts in the order of their ids, from the first one after `after`. */
export function listTexts(
  db: ReadableDb,
  filter: TextFilter,
  page: { after: number; limit: number },
): StoredText[] {
  const conditions = [sql`text.id > ${page.after}`, ...filterConditions(filter)]
  return all<TextRow>(
    db,
    sql`${selectText} WHERE ${allOf(conditions)} ORDER BY text.id LIMIT ${page.limit}`,
  ).map(stored)
}

/** Part of what a filter leaves. */
export interface FoundPart {
  readonly ids: readonly TextId[]
  /** After which id the next part begins; null when nothing is left to look at. */
  readonly next: number | null
}

/**
 * Ids of the texts that a filter leaves, in order, from the first one after `after`. One call looks at
 * `size` texts, or at `size` hits of the search, so that a large project is gone through in parts.
 */
export function findPart(
  db: ReadableDb,
  { query, ...rest }: TextFilter,
  { after, size }: { after: number; size: number },
): FoundPart {
  const indexed = query ? indexQuery(query) : null
  if (indexed !== null) {
    const hits = indexHits(db, indexed, { after, limit: size })
    return { ids: narrowed(db, hits, rest), next: hits.length < size ? null : hits.at(-1)! }
  }
  const to = after + size
  const range = [sql`text.id > ${after}`, sql`text.id <= ${to}`]
  const ids = idsWhere(db, [...range, ...filterConditions({ query, ...rest })])
  return { ids, next: to < lastTextId(db) ? to : null }
}

function narrowed(db: ReadableDb, ids: readonly TextId[], filter: TextFilter): readonly TextId[] {
  const conditions = filterConditions(filter)
  if (conditions.length === 0) return ids
  const listed = sql`text.id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`
  return idsWhere(db, [listed, ...conditions])
}

function idsWhere(db: ReadableDb, conditions: readonly Sql[]): TextId[] {
  return all<{ id: TextId }>(
    db,
    sql`SELECT text.id ${fromTexts} WHERE ${allOf(conditions)} ORDER BY text.id`,
  ).map((row) => row.id)
}

/** Texts in the order of the ids given. Error: `text.unknown`. */
export function textsByIds(db: ReadableDb, ids: readonly TextId[]): StoredText[] {
  const rows = all<TextRow>(
    db,
    sql`${selectText} WHERE text.id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
  )
  const found = new Map(rows.map((row) => [row.id, stored(row)]))
  const unknown = ids.filter((id) => !found.has(id))
  if (unknown.length > 0) fail('text.unknown', { ids: unknown.slice(0, 20) })
  return ids.map((id) => found.get(id)!)
}

/** A text's original columns by name, as its file had them. */
export function originalColumns(db: ReadableDb, id: TextId): Record<string, string> {
  const rows = all<{ name: string; value: string | null }>(
    db,
    sql`SELECT import_column.name, text.columns ->> import_column.position AS value
        FROM text JOIN import_column USING (import_id)
        WHERE text.id = ${id} ORDER BY import_column.position`,
  )
  return Object.fromEntries(
    rows.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])),
  )
}

/** All column names of all imports. */
export function columnNames(db: ReadableDb): string[] {
  return all<{ name: string }>(db, sql`SELECT DISTINCT name FROM import_column`).map((r) => r.name)
}

/**
 * The value of one original column for the unlabelled texts of a scope whose ids lie in (after, to].
 * Held-out texts are a scope of their own; their near-duplicates are in none.
 */
export function columnValues(
  db: ReadableDb,
  name: string,
  scope: 'train' | 'heldout',
  { after, to }: { after: number; to: number },
): { id: TextId; value: string }[] {
  return all(
    db,
    sql`SELECT text.id, text.columns ->> import_column.position AS value
        FROM text JOIN import_column USING (import_id)
        WHERE text.id > ${after} AND text.id <= ${to} AND import_column.name = ${name}
          AND value IS NOT NULL AND ${isOpenIn(scope)}
        ORDER BY text.id`,
  )
}

function isOpenIn(scope: 'train' | 'heldout'): Sql {
  const inScope = scope === 'heldout' ? isHeldOut : unused
  return sql`${inScope} AND NOT EXISTS (SELECT 1 FROM label WHERE label.text_id = text.id)`
}

/** Those of some texts that are still unlabelled and in their scope, in the order given. */
export function stillOpen(
  db: ReadableDb,
  ids: readonly TextId[],
  scope: 'train' | 'heldout',
): TextId[] {
  return all<{ id: TextId }>(
    db,
    sql`SELECT text.id FROM json_each(${JSON.stringify(ids)}) AS wanted
        JOIN text ON text.id = wanted.value WHERE ${isOpenIn(scope)} ORDER BY wanted.key`,
  ).map((row) => row.id)
}

/** Error: `text.noColumn`. */
export function requireColumn(db: ReadableDb, name: string): void {
  const known = columnNames(db)
  if (!known.includes(name)) fail('text.noColumn', { column: name, known })
}

function filterConditions(filter: TextFilter): Sql[] {
  const conditions: Sql[] = []
  if (filter.query) conditions.push(matches(filter.query))
  if (filter.label === 'any') conditions.push(sql`label.state = 'class'`)
  if (filter.label === 'none') conditions.push(sql`label.state = 'none'`)
  if (filter.label === 'unlabelled') conditions.push(sql`label.text_id IS NULL`)
  if (filter.class !== undefined) conditions.push(sql`label.class_id = ${filter.class}`)
  if (filter.scope === 'heldout') conditions.push(sql`heldout.text_id IS NOT NULL`)
  if (filter.scope === 'pool') conditions.push(sql`heldout.text_id IS NULL`)
  return conditions
}

interface TextRow {
  id: TextId
  original_id: string | null
  a: string
  b: string | null
  import_id: ImportId
  line: number
  heldout: number
  state: 'class' | 'none' | null
  class_id: string | null
  origin: Origin | null
}

const fromTexts = sql`
  FROM text LEFT JOIN label ON label.text_id = text.id
            LEFT JOIN heldout ON heldout.text_id = text.id`

const selectText = sql`
  SELECT text.id, text.original_id, text.a, text.b, text.import_id, text.line,
         heldout.text_id IS NOT NULL AS heldout, label.state, label.class_id, label.origin
  ${fromTexts}`

function stored(row: TextRow): StoredText {
  return {
    id: row.id,
    originalId: row.original_id,
    a: row.a,
    b: row.b,
    importId: row.import_id,
    line: row.line,
    heldOut: row.heldout === 1,
    label: answerOf(row.state, row.class_id),
    origin: row.origin,
  }
}

export function answerOf(state: 'class' | 'none' | null, classId: string | null): Answer | null {
  if (state === null) return null
  return state === 'class' ? { state, class: classId! } : { state }
}
