import type Database from 'better-sqlite3'

/** A statement with its bound values. Only the text between the values ever reaches SQLite as SQL. */
export class Sql {
  readonly text: string
  readonly values: readonly SqlValue[]

  constructor(text: string, values: readonly SqlValue[]) {
    this.text = text
    this.values = values
  }
}

export type SqlValue = string | number | bigint | Uint8Array | null

/** ``sql`SELECT name FROM class WHERE id = ${id}` ``: values are bound, fragments are spliced. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlValue | Sql)[]): Sql {
  let text = strings[0]!
  const values: SqlValue[] = []
  parts.forEach((part, i) => {
    if (part instanceof Sql) {
      text += part.text
      values.push(...part.values)
    } else {
      text += '?'
      values.push(part)
    }
    text += strings[i + 1]!
  })
  return new Sql(text, values)
}

/** Conditions that must all hold; no condition always holds. */
export function allOf(conditions: readonly Sql[]): Sql {
  if (conditions.length === 0) return sql`TRUE`
  return conditions.reduce((left, right) => sql`${left} AND ${right}`)
}

/** Every row. `Row` states the columns that the statement selects. */
export function all<Row>(db: Database.Database, query: Sql): Row[] {
  return prepared(db, query.text).all(...query.values) as Row[]
}

export function first<Row>(db: Database.Database, query: Sql): Row | undefined {
  return prepared(db, query.text).get(...query.values) as Row | undefined
}

/** The row that must be there. */
export function only<Row>(db: Database.Database, query: Sql): Row {
  const row = first<Row>(db, query)
  if (row === undefined) throw new Error(`no row for: ${query.text}`)
  return row
}

export interface Written {
  /** Affected rows. */
  readonly changes: number
  /** Row id of the last inserted row. */
  readonly id: number
}

export function run(db: Database.Database, query: Sql): Written {
  const result = prepared(db, query.text).run(...query.values)
  return { changes: result.changes, id: Number(result.lastInsertRowid) }
}

/** Runs a statement that must affect exactly one row. */
export function runOne(db: Database.Database, query: Sql): Written {
  const result = run(db, query)
  if (result.changes !== 1) {
    throw new Error(`expected 1 affected row, got ${result.changes}: ${query.text}`)
  }
  return result
}

const cache = new WeakMap<Database.Database, Map<string, Database.Statement>>()

function prepared(db: Database.Database, text: string): Database.Statement {
  let statements = cache.get(db)
  if (!statements) cache.set(db, (statements = new Map()))
  let statement = statements.get(text)
  if (!statement) statements.set(text, (statement = db.prepare(text)))
  return statement
}
