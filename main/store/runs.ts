import { fail } from '../../core/errors.ts'
import type { Environment, MemoryQuestion, Recipe, TrainResult } from '../../core/job.ts'
import { defaultStepOptions } from '../../core/step-options.ts'
import type { JobId, ModelId, PseudoSettings, RunId, TextId } from '../../core/project.ts'
import type { Target, Task, TrainingItem } from '../../core/task.ts'
import type { Run, RunResult, RunTexts, TaskVersion } from '../../core/records.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { packFloats, unpackFloats } from './floats.ts'
import { lineage } from './lineage.ts'
import { unused } from './scope.ts'
import { all, first, only, run, runOne, sql, type Sql } from './sql.ts'
import { taskVersion } from './tasks.ts'

export interface NewRun {
  readonly job: JobId
  readonly task: TaskVersion
  /** The run whose round is in use: its accepted proposals are learnt from. */
  readonly parent: RunId | null
  readonly base: ModelId
  readonly recipe: Partial<Recipe>
  readonly seed: number
  readonly threads: number
  readonly pseudo: PseudoSettings
}

/**
 * Takes the snapshot that a training run is made of: settings, seed, task and every text with what it
 * is taken to be. Nothing of it changes afterwards.
 *
 * Labels outside the held-out sample (and its near-duplicates) have weight 1. Proposals that were
 * accepted in bulk in this line of rounds, and rejected ones, weigh what `pseudo` says; a label always
 * comes before a proposal. "None of these" stays out. Error: `task.emptyClass`.
 */
export function createRun(db: WritableDb, options: NewRun): Run {
  return transaction(db, () => {
    const id = run(
      db,
      sql`INSERT INTO run
            (parent_id, job_id, task_version, base_model_id, recipe, seed, threads, created_at)
          VALUES (${options.parent}, ${options.job}, ${options.task.version}, ${options.base},
                  ${JSON.stringify(options.recipe)}, ${options.seed}, ${options.threads},
                  ${Date.now()})`,
    ).id as RunId
    snapshot(db, id, options)
    return runById(db, id)
  })
}

export function runById(db: ReadableDb, id: RunId): Run {
  return fromRow(db, only<RunRow>(db, sql`${selectRun} WHERE id = ${id}`))
}

export function runOfJob(db: ReadableDb, job: JobId): Run | null {
  const row = first<RunRow>(db, sql`${selectRun} WHERE job_id = ${job}`)
  return row ? fromRow(db, row) : null
}

/** How many runs were started, also those that never finished. */
export function countRuns(db: ReadableDb): number {
  return only<{ n: number }>(db, sql`SELECT count(*) AS n FROM run`).n
}

/** Every run, also those that never finished, in order. */
export function allRuns(db: ReadableDb): Run[] {
  return all<RunRow>(db, sql`${selectRun} ORDER BY id`).map((row) => fromRow(db, row))
}

export function finishRun(
  db: WritableDb,
  id: RunId,
  model: ModelId,
  result: Pick<TrainResult, 'steps' | 'finalLoss' | 'recipe' | 'environment' | 'milliseconds'>,
): void {
  runOne(
    db,
    sql`INSERT INTO run_result (run_id, model_id, steps, final_loss, recipe, environment,
                                milliseconds, finished_at)
        VALUES (${id}, ${model}, ${result.steps}, ${result.finalLoss},
                ${JSON.stringify(result.recipe)}, ${JSON.stringify(result.environment)},
                ${result.milliseconds}, ${Date.now()})`,
  )
}

/** What a run that is created now would take: how many texts of each kind. */
export function countPlannedTexts(db: ReadableDb, task: Task, parent: RunId | null): RunTexts {
  const ids = JSON.stringify(task.classes.map((c) => c.id))
  const known = sql`class IN (SELECT value FROM json_each(${ids}))`
  const count = (source: Sql) =>
    only<{ n: number }>(db, sql`SELECT count(*) AS n FROM (${source}) WHERE ${known}`).n
  return {
    gold: count(selectGold),
    accepted: parent === null ? 0 : count(selectAccepted(parent)),
    rejected: count(selectRejected),
  }
}

/** The longest texts that a run which is created now would take, gold ones always among them. */
export function longestPlanned(
  db: ReadableDb,
  task: Task,
  parent: RunId | null,
  limit: number,
): MemoryQuestion['texts'] {
  const ids = JSON.stringify(task.classes.map((c) => c.id))
  const accepted =
    parent === null
      ? sql``
      : sql`UNION ALL
    SELECT text, class, 'accepted' AS kind FROM (${selectAccepted(parent)})`
  const rows = all<{ a: string; b: string | null; kind: MemoryQuestion['texts'][number]['kind'] }>(
    db,
    sql`SELECT a, b, kind
        FROM (SELECT text, class, 'gold' AS kind FROM (${selectGold})
              ${accepted}
              UNION ALL SELECT text, class, 'rejected' AS kind FROM (${selectRejected})) AS planned
        JOIN text ON text.id = planned.text
        WHERE class IN (SELECT value FROM json_each(${ids}))
        ORDER BY row_number() OVER (PARTITION BY kind ORDER BY length(a) + length(coalesce(b, '')) DESC)
        LIMIT ${limit}`,
  )
  return rows.map(({ a, b, kind }) => ({ a, ...(b !== null && { b }), kind }))
}

/** Names of the classes of which no training text is labelled. */
export function emptyClasses(db: ReadableDb, task: Task): string[] {
  const labelled = new Set(
    all<{ class: string }>(db, sql`SELECT DISTINCT class FROM (${selectGold})`).map(
      (row) => row.class,
    ),
  )
  return task.classes.filter((c) => !labelled.has(c.id)).map((c) => c.name)
}

/** How many texts of each kind a run learns from. */
export function countRunTexts(db: ReadableDb, id: RunId): RunTexts {
  return only(
    db,
    sql`SELECT count(*) FILTER (WHERE gold = 1) AS gold,
               count(*) FILTER (WHERE gold = 0 AND target <> 'not') AS accepted,
               count(*) FILTER (WHERE target = 'not') AS rejected
        FROM run_text WHERE run_id = ${id}`,
  )
}

/** The run's training texts from position `from`, in the order in which they are always sent. */
export function trainingItems(
  db: ReadableDb,
  { id, taskVersion: version }: Pick<Run, 'id' | 'taskVersion'>,
  from: number,
  limit: number,
): TrainingItem[] {
  const classes = taskVersion(db, version).task.classes.map((c) => c.id)
  const rows = all<RunTextRow>(
    db,
    sql`SELECT text.id, a, b, target, class_id, probabilities, weight, gold
        FROM run_text JOIN text ON text.id = run_text.text_id
        WHERE run_id = ${id} AND n >= ${from} ORDER BY n LIMIT ${limit}`,
  )
  return rows.map((row) => ({
    id: row.id,
    a: row.a,
    ...(row.b === null ? {} : { b: row.b }),
    target: targetOf(row, classes),
    weight: row.weight,
    gold: row.gold === 1,
  }))
}

interface SnapshotText {
  readonly text: TextId
  readonly target: Target['kind']
  readonly class: string
  readonly probabilities: readonly number[] | null
  readonly weight: number
  readonly gold: boolean
}

function snapshot(db: WritableDb, id: RunId, { task, parent, pseudo }: NewRun): void {
  const names = emptyClasses(db, task.task)
  if (names.length > 0) fail('task.emptyClass', { names })
  const known = new Set(task.task.classes.map((c) => c.id))
  const texts = [
    ...goldTexts(db),
    ...(parent === null ? [] : acceptedTexts(db, parent, task.task, pseudo)),
    ...rejectedTexts(db, pseudo),
  ].filter((text) => known.has(text.class))
  texts.sort((x, y) => x.text - y.text)
  texts.forEach((text, n) => {
    const probabilities = text.probabilities && packFloats(text.probabilities)
    run(
      db,
      sql`INSERT INTO run_text
            (run_id, n, text_id, target, class_id, probabilities, weight, gold)
          VALUES (${id}, ${n}, ${text.text}, ${text.target}, ${text.class}, ${probabilities},
                  ${text.weight}, ${text.gold ? 1 : 0})`,
    )
  })
}

const unlabelled = sql`NOT EXISTS (SELECT 1 FROM label WHERE label.text_id = text.id)`

const selectGold = sql`
  SELECT text.id AS text, label.class_id AS class
  FROM label JOIN text ON text.id = label.text_id
  WHERE label.state = 'class' AND ${unused}`

/** The latest accepted proposal of a text; SQLite takes the columns beside max() from its row. */
const selectAccepted = (parent: RunId) => sql`
  SELECT text.id AS text, proposal.class_id AS class, max(proposal.run_id),
         proposal.probabilities AS probabilities, run.task_version AS version
  FROM proposal JOIN text ON text.id = proposal.text_id JOIN run ON run.id = proposal.run_id
  WHERE proposal.decision = 'approved' AND proposal.decided_by = 'bulk'
    AND proposal.run_id IN ${lineage(parent)} AND ${unlabelled} AND ${unused}
  GROUP BY text.id`

const selectRejected = sql`
  SELECT DISTINCT text.id AS text, proposal.class_id AS class
  FROM proposal JOIN text ON text.id = proposal.text_id
  WHERE proposal.decision = 'rejected' AND ${unlabelled} AND ${unused}`

function goldTexts(db: ReadableDb): SnapshotText[] {
  return all<{ text: TextId; class: string }>(db, selectGold).map((row) => ({
    ...row,
    target: 'class',
    probabilities: null,
    weight: 1,
    gold: true,
  }))
}

interface AcceptedRow {
  text: TextId
  class: string
  version: number
  probabilities: Uint8Array
}

function acceptedTexts(
  db: ReadableDb,
  parent: RunId,
  task: Task,
  pseudo: PseudoSettings,
): SnapshotText[] {
  const rows = all<AcceptedRow>(db, selectAccepted(parent))
  const classesOf = remembered((version: number) => taskVersion(db, version).task.classes)
  return rows.map((row) => {
    const before = classesOf(row.version).map((c) => c.id)
    const probabilities =
      pseudo.target === 'soft' ? softTarget(unpackFloats(row.probabilities), before, task) : null
    return {
      text: row.text,
      class: row.class,
      target: probabilities ? 'soft' : 'class',
      probabilities,
      weight: pseudo.acceptedWeight,
      gold: false,
    }
  })
}

function rejectedTexts(db: ReadableDb, pseudo: PseudoSettings): SnapshotText[] {
  return all<{ text: TextId; class: string }>(db, selectRejected).map((row) => ({
    ...row,
    target: 'not',
    probabilities: null,
    weight: pseudo.rejectedWeight,
    gold: false,
  }))
}

/** Probabilities in the order of today's classes; null when a class has come or gone since. */
function softTarget(
  probabilities: readonly number[],
  before: readonly string[],
  task: Task,
): number[] | null {
  const positions = task.classes.map((c) => before.indexOf(c.id))
  if (positions.includes(-1) || positions.length !== before.length) return null
  return positions.map((position) => probabilities[position]!)
}

function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>()
  return (key) => {
    if (!made.has(key)) made.set(key, make(key))
    return made.get(key)!
  }
}

interface RunTextRow {
  id: TextId
  a: string
  b: string | null
  target: Target['kind']
  class_id: string
  probabilities: Uint8Array | null
  weight: number
  gold: number
}

function targetOf(row: RunTextRow, classes: readonly string[]): Target {
  if (row.target === 'soft') {
    return { kind: 'soft', probabilities: unpackFloats(row.probabilities!) }
  }
  return { kind: row.target, class: classes.indexOf(row.class_id) }
}

interface RunRow {
  id: RunId
  parent_id: RunId | null
  job_id: JobId
  task_version: number
  base_model_id: ModelId
  recipe: string
  seed: number
  threads: number
  created_at: number
}

interface ResultRow {
  model_id: ModelId
  steps: number
  final_loss: number
  recipe: string
  environment: string
  milliseconds: number
  finished_at: number
}

const selectRun = sql`
  SELECT id, parent_id, job_id, task_version, base_model_id, recipe, seed, threads, created_at
  FROM run`

function fromRow(db: ReadableDb, row: RunRow): Run {
  const result = first<ResultRow>(db, sql`SELECT * FROM run_result WHERE run_id = ${row.id}`)
  return {
    id: row.id,
    parent: row.parent_id,
    job: row.job_id,
    taskVersion: row.task_version,
    base: row.base_model_id,
    recipe: JSON.parse(row.recipe) as Partial<Recipe>,
    seed: row.seed,
    threads: row.threads,
    createdAt: row.created_at,
    result: result ? resultOf(result) : null,
  }
}

/** Results from before there were step options had the usual ones. */
function resultOf(row: ResultRow): RunResult {
  return {
    model: row.model_id,
    steps: row.steps,
    finalLoss: row.final_loss,
    recipe: { ...defaultStepOptions, ...(JSON.parse(row.recipe) as Recipe) },
    environment: JSON.parse(row.environment) as Environment,
    milliseconds: row.milliseconds,
    finishedAt: row.finished_at,
  }
}
