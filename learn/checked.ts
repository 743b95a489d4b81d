import * as v from 'valibot'
import { fail } from '../core/errors.ts'

/** The parsed content of a model's file, if it has this form; `where` is its path. Error: `model.damaged`. */
export function checked<S extends v.GenericSchema>(
  schema: S,
  json: unknown,
  where: string,
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, json)
  if (parsed.success) return parsed.output
  const issue = parsed.issues[0]
  const place = v.getDotPath(issue) ?? 'file'
  const expected = `${place}: ${issue.expected ?? issue.message}`
  return fail('model.damaged', { path: where, expected, got: issue.received })
}
