import { benchmarkErrors } from './errors/benchmark.ts'
import { deviceErrors } from './errors/device.ts'
import { engineErrors } from './errors/engine.ts'
import { exportErrors } from './errors/export.ts'
import { importErrors } from './errors/import.ts'
import { jobErrors } from './errors/job.ts'
import { memoryErrors } from './errors/memory.ts'
import { modelErrors } from './errors/model.ts'
import { projectErrors } from './errors/project.ts'
import { promptErrors } from './errors/prompt.ts'
import { reviewErrors } from './errors/review.ts'
import { shellErrors } from './errors/shell.ts'
import { taskErrors } from './errors/task.ts'

/**
 * The catalogue: every error that a user can meet, once.
 *
 * `kind` says whose move it is: `input` (the user's data or command), `environment` (disk, device,
 * another program) or `bug` (ours). The sentences say what was expected, what was found, and what to
 * do; they are formatted at the edge, so that an error crosses processes as `{code, details, where}`.
 */
export const catalogue = {
  ...benchmarkErrors,
  ...deviceErrors,
  ...engineErrors,
  ...exportErrors,
  ...importErrors,
  ...jobErrors,
  ...memoryErrors,
  ...modelErrors,
  ...projectErrors,
  ...promptErrors,
  ...reviewErrors,
  ...shellErrors,
  ...taskErrors,
}

export type ErrorCode = keyof typeof catalogue
export type ErrorDetails<C extends ErrorCode> = Parameters<(typeof catalogue)[C]['en']>[0]
export type Language = 'zh' | 'en'

/** An error as it travels between processes. */
export interface ErrorRecord {
  readonly code: string
  readonly details: unknown
  readonly where?: string
}

export class ShiliuError extends Error {
  override readonly name = 'ShiliuError'
  readonly code: ErrorCode
  readonly details: unknown
  readonly where: string | undefined

  constructor(code: ErrorCode, details: unknown, where?: string) {
    super(sentence({ code, details }, 'en'))
    this.code = code
    this.details = details
    this.where = where
  }
}

/** Ends the current call with an error of the catalogue. */
export function fail<C extends ErrorCode>(
  code: C,
  details: ErrorDetails<C>,
  where?: string,
): never {
  throw new ShiliuError(code, details, where)
}

/** What crosses a process border in place of an exception. Unknown exceptions are bugs of ours. */
export function toRecord(error: unknown): ErrorRecord {
  if (error instanceof ShiliuError) {
    return { code: error.code, details: error.details, where: error.where }
  }
  const message = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error ? error.stack : undefined
  return { code: 'bug.unexpected', details: { message }, where: stack?.split('\n')[1]?.trim() }
}

export function fromRecord(record: ErrorRecord): ShiliuError {
  const known = Object.hasOwn(catalogue, record.code)
  const code = known ? (record.code as ErrorCode) : 'bug.unexpected'
  return new ShiliuError(code, known ? record.details : { message: record.code }, record.where)
}

/** The sentence that a person reads. */
export function sentence(record: ErrorRecord, language: Language): string {
  const entry = Object.hasOwn(catalogue, record.code)
    ? catalogue[record.code as ErrorCode]
    : catalogue['bug.unexpected']
  const format = entry[language] as (details: unknown) => string
  return format(record.details)
}

/** For the branch of a switch that the types say cannot be reached. */
export function missingCase(value: never): never {
  throw new Error(`missing case: ${JSON.stringify(value)}`)
}
