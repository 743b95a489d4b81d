import { fail } from '../../core/errors.ts'
import type { TextId } from '../../core/project.ts'

/**
 * Answers about texts, each text once. The same answer given twice counts once; two different ones are
 * a mistake of the caller that nobody can settle for them. Error: `text.contradiction`.
 */
export function onceEach<T extends { readonly text: TextId }>(
  answers: readonly T[],
  answerOf: (answer: T) => unknown,
): T[] {
  const byText = new Map<TextId, { answer: T; said: string }>()
  for (const answer of answers) {
    const said = JSON.stringify(answerOf(answer))
    const earlier = byText.get(answer.text)
    if (earlier && earlier.said !== said) fail('text.contradiction', { id: answer.text })
    byText.set(answer.text, earlier ?? { answer, said })
  }
  return [...byText.values()].map(({ answer }) => answer)
}
