import { fail, type ErrorRecord } from '../../core/errors.ts'
import type { ImportPlan } from '../../core/import-plan.ts'
import type { ImportId } from '../../core/project.ts'
import type { ImportReport } from '../../core/records.ts'
import type { ImportedRow } from '../import/imported-row.ts'
import type { RejectedRow } from '../import/read-rows.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { fingerprint, rowPrint } from './fold.ts'
import { all, first, only, run, runOne, sql } from './sql.ts'
import { insertText, type NewText } from './texts.ts'

/**
 * One import under way. Its rows come in batches, each a transaction of its own, so that long files
 * do not hold up anything else.
 *
 * Importing the same file again adds nothing, and a longer version of it adds only what is new: the
 * n-th occurrence of a row (the same in every column) is added when earlier imports brought fewer
 * than n. Duplicates within one file are all kept. So an import that was cut off is finished by
 * importing the file once more.
 */
export class ImportWriter {
  readonly id: ImportId
  readonly #db: WritableDb
  readonly #positions = new Map<string, number>()

  constructor(db: WritableDb, source: string, plan: object) {
    this.#db = db
    this.id = transaction(db, () => {
      db.exec(`CREATE TEMP TABLE IF NOT EXISTS seen_row
                 (import_id INTEGER NOT NULL, row_print BLOB NOT NULL, n INTEGER NOT NULL,
                  earlier INTEGER NOT NULL, PRIMARY KEY (import_id, row_print)) WITHOUT ROWID`)
      return run(
        db,
        sql`INSERT INTO import (source, plan, state, started_at)
            VALUES (${source}, ${JSON.stringify(plan)}, 'running', ${Date.now()})`,
      ).id as ImportId
    })
  }

  add(rows: readonly ImportedRow[], rejected: readonly RejectedRow[]): void {
    const known = new Map(this.#positions)
    try {
      transaction(this.#db, () => this.#write(rows, rejected))
    } catch (error) {
      this.#positions.clear()
      for (const [name, position] of known) this.#positions.set(name, position)
      throw error
    }
  }

  end(state: 'done' | 'stopped'): ImportReport {
    run(this.#db, sql`DELETE FROM temp.seen_row WHERE import_id = ${this.id}`)
    runOne(
      this.#db,
      sql`UPDATE import SET state = ${state}, finished_at = ${Date.now()} WHERE id = ${this.id}`,
    )
    return importReport(this.#db, this.id)
  }

  #write(rows: readonly ImportedRow[], rejected: readonly RejectedRow[]): void {
    const texts = rows.map((row) => ({
      ...row,
      originalId: row.sourceId,
      columns: this.#arranged(row.columns),
    }))
    const fresh = texts.filter((text) => !this.#isRepeated(text))
    for (const text of fresh) insertText(this.#db, this.id, text)
    for (const row of rejected) this.#addRejected(row)
    runOne(
      this.#db,
      sql`UPDATE import SET added = added + ${fresh.length},
                 repeated = repeated + ${rows.length - fresh.length},
                 rejected = rejected + ${rejected.length} WHERE id = ${this.id}`,
    )
  }

  #isRepeated({ a, b, columns }: NewText): boolean {
    const print = rowPrint(fingerprint(a, b), columns)
    const seen =
      first<Seen>(
        this.#db,
        sql`UPDATE temp.seen_row SET n = n + 1
            WHERE import_id = ${this.id} AND row_print = ${print} RETURNING n, earlier`,
      ) ?? this.#seeFirst(print)
    return seen.n <= seen.earlier
  }

  /** What earlier imports brought of a row is counted once, and remembered only if it matters. */
  #seeFirst(print: Uint8Array): Seen {
    const seen = { n: 1, earlier: this.#countElsewhere(print) }
    if (seen.earlier > 0) {
      run(
        this.#db,
        sql`INSERT INTO temp.seen_row VALUES (${this.id}, ${print}, ${seen.n}, ${seen.earlier})`,
      )
    }
    return seen
  }

  /** Two ranges of an index: this import's own rows, however many are the same, are not looked at. */
  #countElsewhere(print: Uint8Array): number {
    return only<{ n: number }>(
      this.#db,
      sql`SELECT (SELECT count(*) FROM text WHERE row_print = ${print} AND import_id < ${this.id})
               + (SELECT count(*) FROM text WHERE row_print = ${print} AND import_id > ${this.id})
          AS n`,
    ).n
  }

  /** The values by the positions of their columns; a column that was not met before gets the next. */
  #arranged(columns: ImportedRow['columns']): (string | null)[] {
    const values: (string | null)[] = []
    for (const [name, value] of columns) values[this.#position(name)] = value
    return Array.from(values, (value) => value ?? null)
  }

  #position(name: string): number {
    const known = this.#positions.get(name)
    if (known !== undefined) return known
    const position = this.#positions.size
    this.#positions.set(name, position)
    run(this.#db, sql`INSERT INTO import_column VALUES (${this.id}, ${position}, ${name})`)
    return position
  }

  #addRejected({ line, reason, raw }: RejectedRow): void {
    run(
      this.#db,
      sql`INSERT INTO rejected_row (import_id, line, code, details, raw)
          VALUES (${this.id}, ${line}, ${reason.code}, ${JSON.stringify(reason.details)}, ${raw})`,
    )
  }
}

/** The n-th occurrence of a row in this import, and how often earlier imports brought it. */
interface Seen {
  readonly n: number
  readonly earlier: number
}

/** Imports that a killed program left open. What they added stays. Returns how many there were. */
export function stopUnfinishedImports(db: WritableDb): number {
  return run(db, sql`UPDATE import SET state = 'stopped' WHERE state = 'running'`).changes
}

/** Error: `import.unknown`. */
export function importReport(db: ReadableDb, id: number): ImportReport {
  const row = first<ReportRow>(db, sql`SELECT ${reportColumns} FROM import WHERE id = ${id}`)
  return row ? reported(row) : fail('import.unknown', { id })
}

export function importReports(db: ReadableDb): ImportReport[] {
  return all<ReportRow>(db, sql`SELECT ${reportColumns} FROM import ORDER BY id`).map(reported)
}

/** The rejected rows of an import, in the order in which they were met. */
export function rejectedRows(
  db: ReadableDb,
  id: ImportId,
  page: { offset: number; limit: number },
): RejectedRow[] {
  const rows = all<{ line: number; code: string; details: string; raw: string }>(
    db,
    sql`SELECT line, code, details, raw FROM rejected_row
        WHERE import_id = ${id} ORDER BY line, id LIMIT ${page.limit} OFFSET ${page.offset}`,
  )
  return rows.map(({ line, code, details, raw }) => {
    const reason: ErrorRecord = { code, details: JSON.parse(details) as unknown }
    return { line, reason, raw }
  })
}

interface ReportRow extends Omit<ImportReport, 'plan'> {
  readonly plan: string
}

function reported(row: ReportRow): ImportReport {
  return { ...row, plan: JSON.parse(row.plan) as ImportPlan }
}

const reportColumns = sql`
  id, source, plan, state, added, repeated, rejected, started_at AS startedAt, finished_at AS finishedAt`
