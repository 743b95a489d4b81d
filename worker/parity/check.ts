import { fail } from '../../core/errors.ts'
import type { OfModels, ParityLine } from '../../core/job.ts'
import { softmax } from '../../core/probability.ts'
import type { Question, Runtime } from './answers.ts'
import { nodeRuntime } from './node.ts'
import { pythonRuntime } from './python.ts'
import type { ParityText } from './texts.ts'
import { transformersRuntime } from './transformers.ts'

/**
 * The largest difference between an exported logit and what it is compared with. A difference in the
 * last digit of a float can move an activation to the next of 256 steps, so int8 has a wider limit:
 * kernels of another kind (WebAssembly beside x86) were seen to differ by 0.03.
 */
export const parityLimits: OfModels<number> = { float32: 1e-4, int8: 0.1 }

export const runtimes: readonly Runtime[] = [nodeRuntime, transformersRuntime, pythonRuntime]

/**
 * Asks an exported folder through one runtime and compares with `reference`, the logits `[text][class]`
 * of the trained model, or of this program for int8. A runtime that is not installed is reported as not checked, one that gives
 * no answer as failed: the fault may be the machine's own. Another answer ends the call with
 * `export.parity`.
 */
export async function checkRuntime(
  runtime: Runtime,
  question: Question,
  reference: readonly (readonly number[])[],
): Promise<ParityLine> {
  const answers = await runtime.ask(question)
  const { name } = runtime
  const limit = parityLimits[question.model]
  const unanswered = (state: 'notChecked' | 'failed', reason: string): ParityLine => {
    const note = `${state === 'failed' ? 'failed' : 'not checked'}: ${reason}`
    return { runtime: name, state, texts: 0, leftOut: 0, worst: null, note }
  }
  if (question.signal.aborted) return unanswered('notChecked', 'stopped')
  if (answers.kind === 'failed') return unanswered('failed', answers.reason)
  if (answers.kind === 'absent') {
    return { ...unanswered('notChecked', answers.reason), missing: answers.missing }
  }
  const expected =
    answers.kind === 'logits' ? reference : reference.map((logits) => softmax(logits))
  const differences = question.texts.map((_, i) => largest(answers.values[i], expected[i]!))
  let [worst, excused] = [0, 0]
  for (const [i, text] of question.texts.entries()) {
    const difference = differences[i]!
    if (difference <= limit) worst = Math.max(worst, difference)
    else if (runtime.isExcused(text, question)) excused++
    else refuse(question.model === 'int8' ? `${name} (int8)` : name, text, limit, difference)
  }
  const unit = answers.kind
  const note = excused === 0 ? unit : `${unit}; ${excused} texts left out: they ${runtime.excuse}`
  const texts = question.texts.length - excused
  return { runtime: name, state: 'agreed', texts, leftOut: excused, worst, unit, note }
}

function largest(got: readonly number[] | undefined, expected: readonly number[]): number {
  if (got?.length !== expected.length) return Infinity
  const differences = expected.map((value, c) => Math.abs(value - got[c]!))
  return differences.some(Number.isNaN) ? Infinity : Math.max(...differences)
}

function refuse(runtime: string, { a, b }: ParityText, limit: number, got: number): never {
  const text = b === undefined ? a : `${a} | ${b}`
  fail('export.parity', { runtime, text: text.slice(0, 80), limit, got })
}
