import type { TextId } from '../../core/project.ts'
import { unspacedScripts } from '../../core/scripts.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { fold } from './fold.ts'
import { all, run, sql, type Sql } from './sql.ts'

const unspaced = new RegExp(`[${unspacedScripts}]`, 'gu')

/** Adds a text to the search index. Part of the transaction that adds the text. */
export function indexText(db: WritableDb, id: TextId, a: string, b: string | null): void {
  const content = spaced(b === null ? a : `${a} \n ${b}`)
  run(db, sql`INSERT INTO text_search (rowid, content) VALUES (${id}, ${content})`)
}

/**
 * The condition that `text.id` contains all words of a query. Chinese words of any length are found
 * inside a text, also of one character; other words are found by their beginning.
 */
export function matches(query: string): Sql {
  const indexed = indexQuery(query)
  if (indexed === null) {
    return sql`(instr(text.a, ${query}) > 0 OR instr(coalesce(text.b, ''), ${query}) > 0)`
  }
  return sql`text.id IN (SELECT rowid FROM text_search WHERE text_search MATCH ${indexed})`
}

/** A query as the index takes it; null where it has no letter or digit, which the index leaves out. */
export function indexQuery(query: string): string | null {
  const phrases = fold(query).split(' ').filter(hasToken).map(phrase)
  return phrases.length === 0 ? null : phrases.join(' ')
}

/** The next texts that the index has for a query, in the order of their ids. */
export function indexHits(
  db: ReadableDb,
  indexed: string,
  page: { after: number; limit: number },
): TextId[] {
  return all<{ id: TextId }>(
    db,
    sql`SELECT rowid AS id FROM text_search
        WHERE text_search MATCH ${indexed} AND rowid > ${page.after}
        ORDER BY rowid LIMIT ${page.limit}`,
  ).map((row) => row.id)
}

function spaced(text: string): string {
  return fold(text).replace(unspaced, ' $& ')
}

function hasToken(word: string): boolean {
  return /[\p{L}\p{N}]/u.test(word)
}

function phrase(word: string): string {
  const tokens = spaced(word).replaceAll('"', ' ').trim()
  const open = /[\p{L}\p{N}]$/u.test(word) && !unspacedEnd.test(word)
  return `"${tokens}"${open ? '*' : ''}`
}

const unspacedEnd = new RegExp(`${unspaced.source}$`, 'u')
