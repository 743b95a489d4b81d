import { fail } from '../../../core/errors.ts'
import { textBatch, type ModelFile, type Prediction } from '../../../core/job.ts'
import type { ImportPlan, RowRejection } from '../../../core/import-plan.ts'
import type { PredictOutcome } from '../../../core/records.ts'
import type { TextItem } from '../../../core/task.ts'
import { readRows } from '../../import/read-rows.ts'
import { stampOf, type FileStamp } from '../../import/source-file.ts'
import { AnswerFile } from '../answer-file.ts'
import { slices } from '../in-turns.ts'
import { OutputFile } from '../output-file.ts'
import type { Work } from '../work.ts'

export interface PredictInput {
  readonly folder: string
  readonly model: ModelFile
  readonly threads: number
  readonly source:
    | { readonly kind: 'texts'; readonly texts: readonly { a: string; b?: string | undefined }[] }
    | {
        readonly kind: 'file'
        readonly path: string
        readonly plan: ImportPlan
        readonly out: string
        /** Whether fields that look like formulas are made plain text for spreadsheet programs. */
        readonly excelSafe: boolean
      }
}

/**
 * Answers texts with an exported folder. It needs no project.
 * Errors for files: `output.exists`, `output.cannotWrite`, `import.changed` and those of an import.
 */
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
  return { predicted: rows.length, rows, out: null, rejected: 0, rejectedRows: [] }
}

type FileSource = Extract<PredictInput['source'], { kind: 'file' }>
type Batches = AsyncGenerator<readonly TextItem[]>

/** Rejected rows that are told one by one. */
const rejectedShown = 1000

/** The file is read twice: how many rows and which columns it has is known before the first answer. */
async function predictFile(work: Work, source: FileSource): Promise<PredictOutcome> {
  const { path, out, excelSafe } = source
  const output = await OutputFile.create(out)
  const readings: Batches[] = []
  try {
    const file = await stampOf(path)
    const { texts, columns, rejected, rejectedRows } = await lookThrough(work, source, file)
    const answers = new AnswerFile(output, { out, columns, excelSafe })
    await work.compute(spec(work, texts), {
      texts: () => {
        const reading = rowBatches(source, file, answers, [...readings])
        readings.push(reading)
        return reading
      },
      onPredictions: (some) => answers.take(some),
    })
    await readToEnd(readings.at(-1)!, path)
    await answers.written()
    await output.finish()
    return { predicted: texts, rows: [], out, rejected, rejectedRows }
  } finally {
    await endAll(readings)
    await output.discard()
  }
}

function spec(work: Work, texts: number) {
  const { folder, model, threads } = work.input as PredictInput
  return { kind: 'predict', folder, model, threads, texts } as const
}

async function lookThrough(work: Work, { path, plan }: FileSource, file: FileStamp) {
  const columns = new Set<string>()
  const rejectedRows: RowRejection[] = []
  let [texts, rejected] = [0, 0]
  for await (const batch of readRows(path, plan, file)) {
    for (const row of batch.rows) for (const [name] of row.columns) columns.add(name)
    texts += batch.rows.length
    rejected += batch.rejected.length
    rejectedRows.push(...batch.rejected.slice(0, rejectedShown - rejectedRows.length))
    const { bytesRead, bytesTotal } = batch
    work.report({ phase: 'check', done: bytesRead, total: bytesTotal, figures: {} })
    work.signal.throwIfAborted()
  }
  return { texts, columns: [...columns], rejected, rejectedRows }
}

/**
 * The texts for one process, which waits with a further batch until the answers to the last one are on
 * the disk. Readings for processes that died are ended first.
 */
async function* rowBatches(
  { path, plan }: FileSource,
  file: FileStamp,
  answers: AnswerFile,
  earlier: readonly Batches[],
): Batches {
  await endAll(earlier)
  await answers.begin()
  let id = 0
  for await (const { rows } of readRows(path, plan, file)) {
    for (const batch of slices(rows, textBatch)) {
      await answers.written()
      yield batch.map((row): TextItem => {
        answers.expect(id, row.columns)
        const item = { id: id++, a: row.a }
        return row.b === null ? item : { ...item, b: row.b }
      })
    }
  }
}

/** The process stops asking with the last text; only the end of the file shows whether it changed. */
async function readToEnd(reading: Batches, path: string): Promise<void> {
  const { done } = await reading.next()
  if (!done) fail('import.changed', { path })
}

async function endAll(readings: readonly Batches[]): Promise<void> {
  for (const reading of readings) await reading.return(undefined)
}
