import { Tokenizer } from '@huggingface/tokenizers'

/** What we use of the library; its own declarations do not resolve under `moduleResolution: nodenext`. */
export interface HuggingFaceTokenizer {
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean },
  ): { readonly ids: number[]; readonly tokens: string[] }
  token_to_id(token: string): number | undefined
  readonly normalizer: { normalize(text: string): string }
  readonly pre_tokenizer: { pre_tokenize_text(text: string): string[] }
}

/** The library's tokenizer for a tokenizer.json and tokenizer_config.json. */
export function huggingFaceTokenizer(json: object, config: object): HuggingFaceTokenizer {
  return new Tokenizer(json, config)
}
