import { createWriteStream, renameSync } from 'node:fs'
import { once } from 'node:events'
import { extname } from 'node:path'
import type { Prediction } from '../../../core/job.ts'
import type { ImportPlan } from '../../../core/import-plan.ts'
import type { TextItem } from '../../../core/task.ts'
import type { ImportedRow } from '../../import/imported-row.ts'
import { readRows } from '../../import/read-rows.ts'
import { csvLine } from '../csv-line.ts'
import { slices } from '../in-turns.ts'
import { textBatch } from '../../../core/job.ts'
import type { Work } from '../work.ts'

export interface PredictInput {
  readonly folder: string
  readonly threads: number
  readonly source:
    | { readonly kind: 'texts'; readonly texts: readonly { a: string; b?: string | undefined }[] }
    | {
        readonly kind: 'file'
        readonly path: string
        readonly plan: ImportPlan
        readonly out: string
      }
}

export interface PredictOutcome {
  readonly predicted: number
  /** The answers, for texts given one by one. */
  readonly rows: readonly Omit<Prediction, 'id'>[]
  /** The file of answers, for texts from a file. */
  readonly out: string | null
}

/** Answers texts with an exported folder. It needs no project. */
export async function predict(work: Work): Promise<PredictOutcome> {
  const { source } = work.input as PredictInput
  return source.kind === 'texts' ? predictTexts(work, source.texts) : predictFile(work, source)
}

async function predictTexts(
  work: Work,
  texts: readonly { a: string; b?: string | undefined }[],
): Promise<PredictOutcome> {
  const items = texts.map(({ a, b }, id): TextItem => (b === undefined ? { id, a } : { id, a, b }))
  const rows: Omit<Prediction, 'id'>[] = []
  await work.compute(spec(work, texts.length), {
    texts: () => {
      rows.length = 0
      return slices(items, textBatch)
    },
    onPredictions: (some) =>
      rows.push(...some.map(({ label, score, logits }) => ({ label, score, logits }))),
  })
  return { predicted: rows.length, rows, out: null }
}

type FileSource = Extract<PredictInput['source'], { kind: 'file' }>

async function predictFile(work: Work, source: FileSource): Promise<PredictOutcome> {
  const { out } = source
  const part = `${out}.part`
  const texts = await countRows(work, source)
  let answers = new AnswerFile(part, out)
  await work.compute(spec(work, texts), {
    texts: () => {
      answers = new AnswerFile(part, out)
      return rowBatches(source, answers)
    },
    onPredictions: (some) => answers.write(some),
  })
  await answers.end()
  renameSync(part, out)
  return { predicted: texts, rows: [], out }
}

function spec(work: Work, texts: number) {
  const { folder, threads } = work.input as PredictInput
  return { kind: 'predict', folder, threads, texts } as const
}

async function countRows(work: Work, { path, plan }: FileSource): Promise<number> {
  let count = 0
  for await (const { rows, bytesRead, bytesTotal } of readRows(path, plan)) {
    count += rows.length
    work.report({ phase: 'check', done: bytesRead, total: bytesTotal, figures: {} })
    work.signal.throwIfAborted()
  }
  return count
}

async function* rowBatches({ path, plan }: FileSource, answers: AnswerFile) {
  let id = 0
  for await (const { rows } of readRows(path, plan)) {
    for (const batch of slices(rows, textBatch)) {
      const items = batch.map((row): TextItem => {
        answers.expect(id, row)
        const item = { id: id++, a: row.a }
        return row.b === null ? item : { ...item, b: row.b }
      })
      yield items
    }
  }
}

/** Every column of the file, then the label and its probability; JSON Lines or CSV by the name. */
class AnswerFile {
  readonly #stream
  readonly #isJson: boolean
  readonly #rows = new Map<number, ImportedRow>()
  #header: string[] | null = null

  constructor(path: string, name: string) {
    this.#stream = createWriteStream(path)
    this.#isJson = ['.jsonl', '.json', '.ndjson'].includes(extname(name).toLowerCase())
  }

  expect(id: number, row: ImportedRow): void {
    this.#rows.set(id, row)
  }

  write(predictions: readonly Prediction[]): void {
    for (const { id, label, score, logits } of predictions) {
      const { columns } = this.#rows.get(id)!
      this.#rows.delete(id)
      const own = Object.fromEntries(columns)
      const answer = { predicted_label: label, predicted_score: score }
      if (this.#isJson) this.#line(JSON.stringify({ ...own, ...answer, predicted_logits: logits }))
      else this.#csv({ ...own, ...answer })
    }
  }

  async end(): Promise<void> {
    this.#stream.end()
    await once(this.#stream, 'finish')
  }

  /** The mark at the beginning lets spreadsheet programs read Chinese. */
  #csv(values: Record<string, string | number>): void {
    if (!this.#header) {
      this.#header = Object.keys(values)
      this.#line(`\ufeff${csvLine(this.#header)}`)
    }
    this.#line(csvLine(this.#header.map((name) => String(values[name] ?? ''))))
  }

  #line(text: string): void {
    this.#stream.write(`${text}\n`)
  }
}
