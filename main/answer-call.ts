import type { Answer, Call } from '../core/contract.ts'
import { toRecord } from '../core/errors.ts'
import type { App } from './app.ts'

/**
 * Does a call for a page, in the opening that the page shows if it knows one. Errors cross the border as
 * records; the input is checked by the application.
 */
export async function answerCall(
  app: App,
  name: Call,
  input: unknown,
  opening: unknown,
): Promise<Answer> {
  try {
    const known = opening === undefined || opening === null ? undefined : Number(opening)
    const output: unknown = await app.call(name, input as never, known)
    return { output: output ?? null }
  } catch (error) {
    return { error: toRecord(error) }
  }
}
