import type { TextTokenizer } from '../text/tokenizer.ts'

/** The pieces of a text that the vocabulary cannot spell. */
export function unknownIn(tokenizer: TextTokenizer, text: string): string[] {
  const { ids, offsets } = tokenizer.encode(text)
  const pieces = offsets
    .filter((_, i) => ids[i] === tokenizer.specials.unk)
    .map(([start, end]) => text.slice(start, end))
  return [...new Set(pieces)]
}
