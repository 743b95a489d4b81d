import { fail } from '../../core/errors.ts'
import type { TextId } from '../../core/project.ts'
import { Stream } from '../../core/random.ts'
import type { HeldOutDraw } from '../../core/records.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { countRuns } from './runs.ts'
import { first, only, run, runOne, sql } from './sql.ts'
import { countTexts } from './texts.ts'

/**
 * Draws the held-out sample: uniformly at random from all texts, once, before any model exists
 * (decision 15). A run that has begun is as good as a model, however it ended: it has taken its texts
 * and can be taken up again at any time. Errors: `heldout.drawn`, `heldout.tooLate`, `heldout.tooFew`.
 */
export function drawHeldOut(db: WritableDb, options: { size: number; seed: number }): HeldOutDraw {
  const { size, seed } = options
  return transaction(db, () => {
    const earlier = heldOutDraw(db)
    if (earlier) fail('heldout.drawn', { size: earlier.size })
    const runs = countRuns(db)
    if (runs > 0) fail('heldout.tooLate', { runs })
    const texts = countTexts(db)
    if (texts <= size) fail('heldout.tooFew', { texts, size })
    for (const id of sampleTexts(db, size, new Stream(seed, 'split', 'held-out'))) {
      run(db, sql`INSERT INTO heldout VALUES (${id})`)
    }
    const drawnAt = Date.now()
    runOne(
      db,
      sql`INSERT INTO heldout_draw (id, seed, size, of_texts, drawn_at, scanned_to)
          VALUES (1, ${seed}, ${size}, ${texts}, ${drawnAt}, 0)`,
    )
    return { seed, size, ofTexts: texts, drawnAt }
  })
}

export function heldOutDraw(db: ReadableDb): HeldOutDraw | null {
  return (
    first<HeldOutDraw>(
      db,
      sql`SELECT seed, size, of_texts AS ofTexts, drawn_at AS drawnAt FROM heldout_draw`,
    ) ?? null
  )
}

/** Uniform without replacement, in rising order. Rejection works however the ids have gaps. */
function sampleTexts(db: ReadableDb, size: number, stream: Stream): TextId[] {
  const { last } = only<{ last: number }>(db, sql`SELECT max(id) AS last FROM text`)
  const chosen = new Set<number>()
  while (chosen.size < size) {
    const id = 1 + stream.below(last)
    if (first(db, sql`SELECT 1 FROM text WHERE id = ${id}`)) chosen.add(id)
  }
  return ([...chosen] as TextId[]).sort((x, y) => x - y)
}
