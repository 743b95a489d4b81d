import type { TextId } from '../../core/project.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { skeleton } from './fold.ts'
import { lastTextId } from './pool.ts'
import { all, first, run, runOne, sql } from './sql.ts'

/** Near-duplicates share at least this part of their character trigrams (Jaccard). */
export const nearDuplicate = 0.8

interface Content {
  readonly id: TextId
  readonly a: string
  readonly b: string | null
}

/**
 * Finds the texts that say the same as a held-out one, so that they can leave the pool and training
 * (decision 15). Works through the project in portions; call `scan` until it returns false.
 */
export class NeighbourScan {
  readonly #db: WritableDb
  readonly #shingles: { id: TextId; size: number; skeleton: string }[] = []
  readonly #byShingle = new Map<string, number[]>()

  constructor(db: WritableDb) {
    this.#db = db
    const heldOut = all<Content>(
      db,
      sql`SELECT id, a, b FROM text JOIN heldout ON heldout.text_id = text.id ORDER BY id`,
    )
    heldOut.forEach((text, i) => this.#addHeldOut(text, i))
  }

  /** Compares the next `limit` texts. Returns whether there are more. */
  scan(limit: number): boolean {
    const db = this.#db
    const draw = first<{ scanned_to: number }>(db, sql`SELECT scanned_to FROM heldout_draw`)
    if (!draw) return false
    const texts = all<Content>(
      db,
      sql`SELECT id, a, b FROM text WHERE id > ${draw.scanned_to} ORDER BY id LIMIT ${limit}`,
    )
    if (texts.length === 0) return false
    transaction(db, () => {
      for (const text of texts) this.#compare(text)
      runOne(db, sql`UPDATE heldout_draw SET scanned_to = ${texts.at(-1)!.id}`)
    })
    return texts.length === limit
  }

  #addHeldOut(text: Content, index: number): void {
    const letters = skeleton(text.a, text.b)
    const shingles = trigrams(letters)
    this.#shingles.push({ id: text.id, size: shingles.size, skeleton: letters })
    for (const shingle of shingles) {
      const list = this.#byShingle.get(shingle)
      if (list) list.push(index)
      else this.#byShingle.set(shingle, [index])
    }
  }

  #compare(text: Content): void {
    const letters = skeleton(text.a, text.b)
    const shingles = trigrams(letters)
    const shared = new Map<number, number>()
    for (const shingle of shingles) {
      for (const i of this.#byShingle.get(shingle) ?? []) shared.set(i, (shared.get(i) ?? 0) + 1)
    }
    let best = { id: 0, similarity: 0 }
    for (const [i, count] of shared) {
      const other = this.#shingles[i]!
      const same = other.skeleton === letters
      const similarity = same ? 1 : count / (shingles.size + other.size - count)
      if (other.id !== text.id && similarity > best.similarity) best = { id: other.id, similarity }
    }
    if (best.similarity < nearDuplicate || this.#isHeldOut(text.id)) return
    run(
      this.#db,
      sql`INSERT OR REPLACE INTO heldout_neighbour VALUES (${text.id}, ${best.id}, ${best.similarity})`,
    )
  }

  #isHeldOut(id: TextId): boolean {
    return first(this.#db, sql`SELECT 1 FROM heldout WHERE text_id = ${id}`) !== undefined
  }
}

/** Whether every text has been compared with the held-out sample, if there is one. */
export function isScanned(db: ReadableDb): boolean {
  const draw = first<{ scanned_to: number }>(db, sql`SELECT scanned_to FROM heldout_draw`)
  return draw === undefined || draw.scanned_to >= lastTextId(db)
}

export function countNeighbours(db: ReadableDb): number {
  return first<{ n: number }>(db, sql`SELECT count(*) AS n FROM heldout_neighbour`)!.n
}

/** All runs of three characters; a shorter text is one run by itself. */
function trigrams(letters: string): Set<string> {
  const characters = [...letters]
  const result = new Set<string>()
  if (characters.length < 3) return result.add(letters)
  for (let i = 0; i + 3 <= characters.length; i++) result.add(characters.slice(i, i + 3).join(''))
  return result
}
