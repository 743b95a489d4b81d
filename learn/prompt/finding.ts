import type { ErrorCode, ErrorDetails } from '../../core/errors.ts'
import type { TaskFinding } from '../../core/job.ts'

/** A finding that forbids training, scoring and export. */
export function error<C extends ErrorCode>(code: C, details: ErrorDetails<C>): TaskFinding {
  return { severity: 'error', error: { code, details } }
}

export function warning<C extends ErrorCode>(code: C, details: ErrorDetails<C>): TaskFinding {
  return { severity: 'warning', error: { code, details } }
}

/** The items that stand more than once, each given once. */
export function repeated(items: readonly string[]): string[] {
  return [...new Set(items.filter((item, i) => items.indexOf(item) !== i))]
}
