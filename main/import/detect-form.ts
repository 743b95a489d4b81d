import { extname } from 'node:path'
import { ShiliuError } from '../../core/errors.ts'
import { DelimitedReader } from './delimited.ts'
import type { Dialect } from './delimited.ts'
import type { FileForm, Format } from '../../core/import-plan.ts'
import { looksLikeHeader } from './detect-header.ts'

const DELIMITERS = [',', '\t', ';'] as const
const TRIAL_RECORDS = 200

/** What a person may say about the form of a file instead of having it detected. */
export type FormChoice = Partial<Omit<FileForm, 'encoding'>>

/** The first text of a file, and whether it is all of it. */
export interface Head {
  readonly path: string
  readonly text: string
  readonly isWhole: boolean
}

/** The form of a file by its name and its first text; what `choice` says stands. */
export function detectForm(head: Head, choice: FormChoice): Omit<FileForm, 'encoding'> {
  const format = choice.format ?? detectFormat(head, choice)
  if (format !== 'csv' && format !== 'tsv') {
    return { format, delimiter: null, quoted: false, header: false }
  }
  const detected = format === 'tsv' ? '\t' : detectDelimiter(head, choice)
  const delimiter = choice.delimiter === undefined ? detected : choice.delimiter
  const quoted = choice.quoted ?? !quotesAreCharacters(head, delimiter)
  const header = choice.header ?? looksLikeHeader(trial(head, { delimiter, quoted }))
  return { format: delimiter === '\t' ? 'tsv' : 'csv', delimiter, quoted, header }
}

function detectFormat(head: Head, choice: FormChoice): Format {
  const extension = extname(head.path).toLowerCase()
  if (choice.delimiter !== undefined || extension === '.csv') return 'csv'
  if (extension === '.tsv' || extension === '.tab') return 'tsv'
  if (['.json', '.jsonl', '.ndjson'].includes(extension)) {
    return /^\s*\[/.test(head.text) ? 'json' : 'jsonl'
  }
  const isTabbed = (quoted: boolean) => agreement(trial(head, { delimiter: '\t', quoted })) === 1
  if (isTabbed(true) || isTabbed(false)) return 'tsv'
  if (extension === '.txt') return 'text'
  return formatOfContent(head)
}

/** For a file whose name says nothing. */
function formatOfContent(head: Head): Format {
  if (/^\s*\[\s*\{/.test(head.text)) return 'json'
  if (/^\s*\{\s*"/.test(head.text)) return 'jsonl'
  const delimiter = detectDelimiter(head, {})
  if (delimiter === null) return 'text'
  return agreement(trial(head, { delimiter, quoted: true })) > 0.9 ? 'csv' : 'text'
}

/** The delimiter under which most records have as many fields as the first, or null if none does. */
function detectDelimiter(head: Head, { quoted = true }: FormChoice): string | null {
  let best: { delimiter: string | null; score: number } = { delimiter: null, score: 0.5 }
  for (const delimiter of DELIMITERS) {
    const records = trial(head, { delimiter, quoted })
    const score = records.length === 1 && records[0]!.length > 1 ? 0.6 : agreement(records)
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

/** The share of records with as many fields as the first, or 0 where that has one or is alone. */
function agreement(records: readonly (readonly string[])[]): number {
  const width = records[0]?.length ?? 0
  if (width < 2 || records.length < 2) return 0
  return records.filter((fields) => fields.length === width).length / records.length
}

/**
 * Whether quotes are ordinary characters, as in many TSV files: the records agree without quoting, and
 * with it some are spoilt. Never so with commas, where it would hide a quote that was left open.
 */
function quotesAreCharacters(head: Head, delimiter: string | null): boolean {
  if (delimiter !== '\t') return false
  const plain = trial(head, { delimiter, quoted: false })
  return agreement(plain) === 1 && trial(head, { delimiter, quoted: true }).length < plain.length
}

/** The fields of the first records under a dialect, up to a quote that spoils the rest. */
function trial(head: Head, dialect: Dialect): readonly (readonly string[])[] {
  const reader = new DelimitedReader(head.path, dialect)
  const records: (readonly string[])[] = []
  try {
    for (const { fields, problem } of reader.read(head.text, head.isWhole)) {
      if (problem === undefined) records.push(fields)
      if (records.length >= TRIAL_RECORDS) break
    }
  } catch (error) {
    if (!(error instanceof ShiliuError)) throw error
  }
  return records
}
