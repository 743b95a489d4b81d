import type { Task, TextItem } from '../../core/task.ts'
import type { ExportedTokenizer } from '../../learn/export/exported-tokenizer.ts'

/** Special tokens as somebody may type them. */
export const typedSpecial = /\[(?:PAD|CLS|SEP|MASK)\]/

/** A text of the parity check; `b` is there for pairs and only then. */
export type ParityText = Omit<TextItem, 'id'>

const ordinary = '这家店的服务很好，价格也不贵。'

/** What breaks exports elsewhere, whatever the user's texts are. */
function hardTexts(maxTokens: number): string[] {
  return [
    '',
    ordinary.repeat(Math.ceil((2 * maxTokens) / ordinary.length)),
    '这次很[MASK]，下次[MASK]再来',
    '前面很好[SEP]后面很差',
    '👍👍🏽 好评😀，👨‍👩‍👧 都喜欢',
    'iPhone 15 Pro, 256GB: £999.00! Café naïve v2.0',
  ]
}

/**
 * The texts that an export is tried on: the hard ones, then those that were sent. All are cut to four
 * times the model's length in characters, for the exported graph itself takes rows of any length, at
 * a cost that grows with its square.
 */
export function parityTexts(
  kind: Task['kind'],
  maxTokens: number,
  sent: readonly ParityText[],
): ParityText[] {
  const cut = (text: string) =>
    Array.from(text.toWellFormed())
      .slice(0, 4 * maxTokens)
      .join('')
  const hard = hardTexts(maxTokens)
  const texts: ParityText[] = kind === 'pair' ? hardPairs(hard) : hard.map((a) => ({ a }))
  const own: readonly ParityText[] =
    kind === 'pair' ? sent.map(({ a, b = '' }) => ({ a, b })) : sent.map(({ a }) => ({ a }))
  return [...texts, ...own].map(({ a, b }) => ({
    a: cut(a),
    ...(b !== undefined && { b: cut(b) }),
  }))
}

function hardPairs(hard: readonly string[]): { a: string; b: string }[] {
  const [empty, longest] = hard as [string, string]
  return [
    ...hard.flatMap((text) => [
      { a: text, b: ordinary },
      { a: ordinary, b: text },
    ]),
    { a: longest, b: longest },
    { a: empty, b: longest },
  ]
}

/**
 * The texts, cut where need be, of which every runtime makes the same row. What a tokenizer leaves in a
 * row for the graph to drop counts in the scale of int8's activations, and not all leave the same.
 */
export function textsOfOneRow(
  texts: readonly ParityText[],
  tokenizer: ExportedTokenizer,
  modelMaxLength: number,
): ParityText[] {
  const cut = (text: string) =>
    Array.from(text)
      .slice(0, modelMaxLength - 3)
      .join('')
  return texts
    .map(({ a, b }) => ({ a: cut(a), ...(b !== undefined && { b: cut(b) }) }))
    .filter(({ a, b = '' }) => !typedSpecial.test(a) && !typedSpecial.test(b))
    .filter(({ a, b }) => tokenizer.encode(a, b).length <= modelMaxLength)
}
