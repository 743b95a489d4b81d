import { sql, type Sql } from './sql.ts'

/** The condition that a text belongs to the held-out sample. */
export const isHeldOut: Sql = sql`
  EXISTS (SELECT 1 FROM heldout WHERE heldout.text_id = text.id)`

/** The condition that a text is neither held out nor close to a held-out text. */
export const unused: Sql = sql`
  NOT EXISTS (SELECT 1 FROM heldout WHERE heldout.text_id = text.id)
  AND NOT EXISTS (SELECT 1 FROM heldout_neighbour WHERE heldout_neighbour.text_id = text.id)`
