import { extname } from 'node:path'
import type { Prediction } from '../../core/job.ts'
import { uniqueNames, type Columns } from '../import/records.ts'
import { csvLine, withoutFormula } from './csv-line.ts'
import type { OutputFile } from './output-file.ts'

export interface AnswerForm {
  /** Its name decides between JSON Lines and CSV. */
  readonly out: string
  /** Every column that some row has. */
  readonly columns: readonly string[]
  readonly excelSafe: boolean
}

/**
 * Every column of a row, then the label and its probability, in JSON the logits too. Columns of the
 * answers that the file itself has get a number.
 *
 * Answers are written in the order in which they come. A process that died may have sent answers that
 * arrive late; they are those of rows that no longer wait, or the same ones that would come again.
 */
export class AnswerFile {
  readonly #file: OutputFile
  readonly #form: AnswerForm
  readonly #isJson: boolean
  readonly #answerColumns: readonly string[]
  readonly #waiting = new Map<number, Columns>()
  #written: Promise<void> = Promise.resolve()

  constructor(file: OutputFile, form: AnswerForm) {
    this.#file = file
    this.#form = form
    this.#isJson = ['.jsonl', '.json', '.ndjson'].includes(extname(form.out).toLowerCase())
    const own = [
      'predicted_label',
      'predicted_score',
      ...(this.#isJson ? ['predicted_logits'] : []),
    ]
    this.#answerColumns = uniqueNames([...form.columns, ...own]).slice(form.columns.length)
  }

  /** Begins anew. The mark lets spreadsheet programs read Chinese. */
  async begin(): Promise<void> {
    await this.written()
    this.#waiting.clear()
    await this.#file.restart()
    const names = [...this.#form.columns, ...this.#answerColumns]
    if (!this.#isJson) await this.#file.write(`\ufeff${this.#csv(names)}`)
  }

  expect(id: number, columns: Columns): void {
    this.#waiting.set(id, columns)
  }

  take(predictions: readonly Prediction[]): void {
    const lines = predictions.map((prediction) => {
      const columns = this.#waiting.get(prediction.id)
      if (!columns) return ''
      this.#waiting.delete(prediction.id)
      return this.#isJson ? this.#json(columns, prediction) : this.#row(columns, prediction)
    })
    this.#written = this.#written.then(() => this.#file.write(lines.join('')))
    this.#written.catch(() => undefined) // `written` tells whoever waits.
  }

  /** When all answers so far are in the file. Error: `output.cannotWrite`. */
  written(): Promise<void> {
    return this.#written
  }

  /** By pairs, since an object would put names that are numbers first. */
  #json(columns: Columns, { label, score, logits }: Prediction): string {
    const answers = [label, score, logits].map((value, i) => [this.#answerColumns[i]!, value])
    const members = [...columns, ...answers].map(
      ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
    )
    return `{${members.join(',')}}\n`
  }

  #row(columns: Columns, { label, score }: Prediction): string {
    const own = new Map(columns)
    const values = this.#form.columns.map((name) => own.get(name) ?? '')
    return this.#csv([...values, label, String(score)])
  }

  #csv(fields: readonly string[]): string {
    return `${csvLine(this.#form.excelSafe ? fields.map(withoutFormula) : fields)}\n`
  }
}
