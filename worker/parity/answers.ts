import type { ModelFile } from '../../core/job.ts'
import type { ParityText } from './texts.ts'

/**
 * What a runtime says of the texts, `[text][class]`; or why there is nobody to ask, or why it gave no
 * answer although it is installed.
 */
export type Answers =
  | { readonly kind: 'logits' | 'probabilities'; readonly values: readonly (readonly number[])[] }
  | { readonly kind: 'absent'; readonly missing: string; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** An exported folder asked through one runtime, the way its users will ask it. */
export interface Runtime {
  readonly name: string
  ask(question: Question): Promise<Answers>
  /** Whether a difference on this text is a known matter of the runtime, said in the note. */
  readonly isExcused: (text: ParityText, question: Question) => boolean
  readonly excuse: string
}

export interface Question {
  readonly folder: string
  readonly model: ModelFile
  /**
   * Texts that are answered at once. One for int8, whose activations share a scale: what else is in the
   * batch shows in the last digits.
   */
  readonly batch: number
  readonly isPair: boolean
  readonly threads: number
  readonly texts: readonly ParityText[]
  /** Tokens that the tokenizer of the runtime may keep of a row. */
  readonly modelMaxLength: number
  readonly signal: AbortSignal
}
