import { continuationPrefix, specialTokens, type SpecialToken } from './special-tokens.ts'

export interface TextNormalization {
  /** Lower letters, as uncased BERT models do. */
  readonly lowercase: boolean
  /** Whether accents go; where it is not given, with the capitals. */
  readonly stripAccents?: boolean
  /** Whether a Han character is a word of its own; where it is not given, it is. */
  readonly separateHan?: boolean
}

/**
 * The tokenizer.json of a vocabulary in the Hugging Face format: a BERT tokenizer (WordPiece, Han
 * characters alone) that writes `[CLS] A [SEP]`, or `[CLS] A [SEP] B [SEP]` for a pair.
 */
export function tokenizerJson(vocab: readonly string[], normalization: TextNormalization) {
  const { lowercase, stripAccents = null, separateHan = true } = normalization
  const idOf = new Map(vocab.map((token, id) => [token, id]))
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens
      .map((token) => addedToken(token, idOf.get(token)!))
      .sort((a, b) => a.id - b.id),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: separateHan,
      strip_accents: stripAccents,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)],
      pair: [
        special('[CLS]', 0),
        sequence('A', 0),
        special('[SEP]', 0),
        sequence('B', 1),
        special('[SEP]', 1),
      ],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [idOf.get('[CLS]')!], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [idOf.get('[SEP]')!], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: continuationPrefix, cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: continuationPrefix,
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(idOf),
    },
  }
}

/** The tokenizer_config.json beside it. `maxLength` counts `[CLS]` and `[SEP]`, in tokens. */
export function tokenizerConfig(maxLength: number, normalization: TextNormalization) {
  const { lowercase, stripAccents = null, separateHan = true } = normalization
  return {
    tokenizer_class: 'BertTokenizer',
    model_max_length: maxLength,
    do_lower_case: lowercase,
    tokenize_chinese_chars: separateHan,
    strip_accents: stripAccents,
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  }
}

export type TokenizerJson = ReturnType<typeof tokenizerJson>
export type TokenizerConfig = ReturnType<typeof tokenizerConfig>

function addedToken(content: SpecialToken, id: number) {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }
}

function special(id: SpecialToken, typeId: number) {
  return { SpecialToken: { id, type_id: typeId } }
}

function sequence(id: 'A' | 'B', typeId: number) {
  return { Sequence: { id, type_id: typeId } }
}
