import type { TextId } from '../../core/project.ts'
import type { WritableDb } from './database.ts'
import { fold } from './fold.ts'
import { run, sql, type Sql } from './sql.ts'

/** Scripts without spaces between words: every character is indexed by itself. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/gu

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
  const phrases = fold(query).split(' ').filter(hasToken).map(phrase)
  if (phrases.length === 0) {
    return sql`(instr(text.a, ${query}) > 0 OR instr(coalesce(text.b, ''), ${query}) > 0)`
  }
  return sql`text.id IN (SELECT rowid FROM text_search WHERE text_search MATCH ${phrases.join(' ')})`
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
