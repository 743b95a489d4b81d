import { huggingFaceTokenizer } from '../text/hugging-face.ts'
import { specialTokens } from '../text/special-tokens.ts'

/** The tokenizer of an exported folder, used as its snippets use it. */
export interface ExportedTokenizer {
  readonly pad: number
  /** `[CLS] a [SEP]`, or `[CLS] a [SEP] b [SEP]`. Special tokens typed in a text are dropped. */
  encode(a: string, b?: string): number[]
}

/**
 * From the parsed tokenizer.json and tokenizer_config.json. Each text is cut to `maxLength` tokens,
 * which keeps long rows short and leaves the exact truncation to the graph. Throws what the library
 * throws when a file is none of its own, and an `Error` when a special token is missing.
 */
export function exportedTokenizer(
  json: object,
  config: object,
  maxLength: number,
): ExportedTokenizer {
  const library = huggingFaceTokenizer(json, config)
  const [pad, , cls, sep, mask] = specialTokens.map((token) => {
    const id = library.token_to_id(token)
    if (id === undefined) throw new Error(`no token ${token}`)
    return id
  })
  const dropped = new Set([pad, cls, sep, mask])
  const tokens = (text: string) =>
    library
      .encode(text, { add_special_tokens: false })
      .ids.filter((id) => !dropped.has(id))
      .slice(0, maxLength)
  return {
    pad: pad!,
    encode(a, b) {
      const first = [cls!, ...tokens(a), sep!]
      return b === undefined ? first : [...first, ...tokens(b), sep!]
    },
  }
}
