import { alignTokens, type Offset } from './align.ts'
import { huggingFaceTokenizer } from './hugging-face.ts'
import { specialTokens } from './special-tokens.ts'
import { tokenizerConfig, tokenizerJson, type TextNormalization } from './tokenizer-json.ts'

export interface Specials {
  readonly pad: number
  readonly unk: number
  readonly cls: number
  readonly sep: number
  readonly mask: number
}

export interface Encoding {
  readonly ids: number[]
  readonly tokens: string[]
  /** Where each token stands in the text. */
  readonly offsets: Offset[]
}

export interface TextTokenizer {
  readonly vocab: readonly string[]
  readonly size: number
  readonly specials: Specials
  readonly normalization: TextNormalization
  /** The id of a token of the vocabulary. */
  id(token: string): number | undefined
  /** The text's token ids, without special tokens. */
  ids(text: string): number[]
  /** The same ids with their tokens and places. */
  encode(text: string): Encoding
}

/**
 * A tokenizer for texts, the same as the exported tokenizer.json with its special tokens left out:
 * `[MASK]`, `[SEP]`, `[CLS]` or `[PAD]` typed in a text is dropped and never acts as one. Unknown
 * words are `[UNK]`.
 */
export function createTokenizer(
  vocab: readonly string[],
  normalization: TextNormalization = { lowercase: true },
): TextTokenizer {
  const library = huggingFaceTokenizer(
    tokenizerJson(vocab, normalization),
    tokenizerConfig(0, normalization),
  )
  const idOf = new Map(vocab.map((token, id) => [token, id]))
  const specials = specialsOf(idOf)
  const dropped = new Set([specials.pad, specials.cls, specials.sep, specials.mask])
  const isKept = (id: number) => !dropped.has(id)
  const encodeAll = (text: string) => library.encode(text, { add_special_tokens: false })

  return {
    vocab,
    size: vocab.length,
    specials,
    normalization,
    id: (token) => idOf.get(token),
    ids: (text) => encodeAll(text).ids.filter(isKept),
    encode(text) {
      const { ids, tokens } = encodeAll(text)
      const offsets = alignTokens(text, tokens, normalization)
      const kept = <T>(items: T[]): T[] => items.filter((_, i) => isKept(ids[i]!))
      return { ids: kept(ids), tokens: kept(tokens), offsets: kept(offsets) }
    },
  }
}

function specialsOf(idOf: ReadonlyMap<string, number>): Specials {
  const [pad, unk, cls, sep, mask] = specialTokens.map((token) => idOf.get(token)!)
  return { pad: pad!, unk: unk!, cls: cls!, sep: sep!, mask: mask! }
}
