import { argmax, softmax } from '../../core/probability.ts'
import type { JobId, RunId, TextId } from '../../core/project.ts'
import type { Scored } from '../../core/task.ts'
import type { Flip } from '../../core/records.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { packFloats, unpackFloats } from './floats.ts'
import { isHeldOut } from './scope.ts'
import { all, first, run, sql, type Sql } from './sql.ts'
import { answerOf } from './texts.ts'

export interface Score {
  readonly text: TextId
  readonly class: string
  readonly probability: number
  /** Probability of the class minus that of the next one. */
  readonly margin: number
  readonly agreement: number
  /** By class, in the order of the run's task. */
  readonly logits: readonly number[]
  /** groups[g][c]: log probability that group g gives to the word of class c. */
  readonly groups: readonly (readonly number[])[]
}

/** The scoring of texts with the model of a run. */
export interface Scoring {
  readonly run: RunId
  readonly job: JobId
  /** Ids, in the order of the run's task. */
  readonly classes: readonly string[]
}

/** Stores what a run says of some texts; a second scoring of a text replaces the first. */
export function insertScores(
  db: WritableDb,
  { run: runId, job, classes }: Scoring,
  items: readonly Scored[],
): void {
  transaction(db, () => {
    for (const item of items) {
      const { winner, probability, margin } = verdict(item.logits)
      countAnew(db, runId, item.id as TextId, classes[winner]!)
      run(
        db,
        sql`INSERT OR REPLACE INTO score
              (run_id, text_id, class_id, probability, margin, agreement, logits, groups, job_id)
            VALUES (${runId}, ${item.id}, ${classes[winner]!}, ${probability}, ${margin},
                    ${item.agreement}, ${packFloats(item.logits)},
                    ${packFloats(item.groups.flat())}, ${job})`,
      )
    }
  })
}

/** Of some texts those that a job has scored with a run, as it did, by id. */
export function scoredBy(
  db: ReadableDb,
  { run: runId, job }: Scoring,
  texts: readonly TextId[],
): Map<TextId, Scored> {
  const rows = all<ScoreRow>(
    db,
    sql`${selectScore} WHERE run_id = ${runId} AND job_id = ${job}
          AND text_id IN (SELECT value FROM json_each(${JSON.stringify(texts)}))`,
  ).map(fromRow)
  return new Map(
    rows.map(({ text, logits, groups, agreement }) => [
      text,
      { id: text, logits, groups, agreement },
    ]),
  )
}

export function scoreOf(db: ReadableDb, runId: RunId, text: TextId): Score | null {
  const row = first<ScoreRow>(db, sql`${selectScore} WHERE run_id = ${runId} AND text_id = ${text}`)
  return row ? fromRow(row) : null
}

/** Held-out texts that became wrong, or right, or every other text that two runs differ in. */
export type FlipKind = 'broken' | 'fixed' | 'other'

/** Texts with ids in (after, to] that two runs put into different classes, by id. */
export function flips(
  db: ReadableDb,
  { before, after, kind }: { before: RunId; after: RunId; kind?: FlipKind | undefined },
  page: { after: number; to: number; limit: number },
): Flip[] {
  const isKind = kind === undefined ? sql`TRUE` : flipKinds[kind]
  const rows = all<FlipRow>(
    db,
    sql`SELECT text.id AS text, text.a, text.b, x.class_id AS "from", y.class_id AS "to",
               label.state, label.class_id AS labelled, ${isHeldOut} AS heldOut
        FROM score x JOIN score y ON y.run_id = ${after} AND y.text_id = x.text_id
             JOIN text ON text.id = x.text_id LEFT JOIN label ON label.text_id = x.text_id
        WHERE x.run_id = ${before} AND x.text_id > ${page.after} AND x.text_id <= ${page.to}
          AND x.class_id <> y.class_id AND ${isKind}
        ORDER BY x.text_id LIMIT ${page.limit}`,
  )
  return rows.map(({ state, labelled, heldOut, ...row }) => ({
    ...row,
    label: answerOf(state, labelled),
    heldOut: heldOut === 1,
  }))
}

type FlipRow = Omit<Flip, 'label' | 'heldOut'> & {
  state: 'class' | 'none' | null
  labelled: string | null
  heldOut: number
}

const flipKinds: Record<FlipKind, Sql> = {
  broken: sql`${isHeldOut} AND label.class_id = x.class_id`,
  fixed: sql`${isHeldOut} AND label.class_id = y.class_id`,
  other: sql`NOT (${isHeldOut} AND coalesce(label.class_id IN (x.class_id, y.class_id), FALSE))`,
}

/** How many texts a run puts into each class: drift shows in it. */
export function scoredClasses(db: ReadableDb, runId: RunId): { class: string; count: number }[] {
  return all(
    db,
    sql`SELECT class_id AS class, texts AS count FROM run_class
        WHERE run_id = ${runId} AND texts > 0 ORDER BY class_id`,
  )
}

/** Keeps the counts of a run's classes right when a text is scored, for the first time or again. */
function countAnew(db: WritableDb, runId: RunId, text: TextId, classId: string): void {
  run(
    db,
    sql`UPDATE run_class SET texts = texts - 1
        WHERE run_id = ${runId} AND class_id =
          (SELECT class_id FROM score WHERE run_id = ${runId} AND text_id = ${text})`,
  )
  run(
    db,
    sql`INSERT INTO run_class VALUES (${runId}, ${classId}, 1)
        ON CONFLICT (run_id, class_id) DO UPDATE SET texts = texts + 1`,
  )
}

function verdict(logits: readonly number[]) {
  const probabilities = softmax(logits)
  const winner = argmax(probabilities)
  const probability = probabilities[winner]!
  const second = Math.max(0, ...probabilities.filter((_, i) => i !== winner))
  return { winner, probability, margin: probability - second }
}

interface ScoreRow {
  text_id: TextId
  class_id: string
  probability: number
  margin: number
  agreement: number
  logits: Uint8Array
  groups: Uint8Array
}

const selectScore = sql`
  SELECT text_id, class_id, probability, margin, agreement, logits, groups FROM score`

function fromRow(row: ScoreRow): Score {
  const logits = unpackFloats(row.logits)
  const flat = unpackFloats(row.groups)
  const groups = Array.from({ length: flat.length / logits.length }, (_, g) =>
    flat.slice(g * logits.length, (g + 1) * logits.length),
  )
  return {
    text: row.text_id,
    class: row.class_id,
    probability: row.probability,
    margin: row.margin,
    agreement: row.agreement,
    logits,
    groups,
  }
}
