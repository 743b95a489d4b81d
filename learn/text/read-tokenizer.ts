import * as v from 'valibot'
import { fail } from '../../core/errors.ts'
import { checked } from '../checked.ts'
import { continuationPrefix } from './special-tokens.ts'
import type { TextNormalization } from './tokenizer-json.ts'
import { checkVocab } from './vocab.ts'

export interface Vocabulary {
  readonly vocab: readonly string[]
  readonly normalization: TextNormalization
}

const Flag = v.optional(v.nullable(v.boolean()))
const FileSchema = v.looseObject({ model: v.looseObject({ type: v.optional(v.string()) }) })
const NormalizerSchema = v.looseObject({
  lowercase: v.boolean(),
  strip_accents: Flag,
  handle_chinese_chars: Flag,
})
const VocabSchema = v.record(v.string(), v.pipe(v.number(), v.integer(), v.minValue(0)))
const ConfigSchema = v.looseObject({
  do_lower_case: Flag,
  strip_accents: Flag,
  tokenize_chinese_chars: Flag,
})

/** What a tokenizer.json must say for our own to split texts as it does. */
const required: readonly (readonly [path: string, value: unknown])[] = [
  ['model.type', 'WordPiece'],
  ['model.continuing_subword_prefix', continuationPrefix],
  ['model.unk_token', '[UNK]'],
  ['normalizer.type', 'BertNormalizer'],
  ['normalizer.clean_text', true],
  ['pre_tokenizer.type', 'BertPreTokenizer'],
]

/**
 * The vocabulary of a parsed tokenizer.json that is a BERT tokenizer, and how it cleans texts; `where`
 * is its path. Errors: `model.unsupported` for tokenizers of another kind, `model.damaged`,
 * `model.vocabMissing`.
 */
export function parseTokenizerJson(json: unknown, where: string): Vocabulary {
  const file = checked(FileSchema, json, where)
  for (const [path, value] of required) {
    const got = path.split('.').reduce<unknown>((at, key) => (at as Fields)?.[key], file)
    if (got !== value) unsupported(where, path, value, got)
  }
  const { lowercase, ...flags } = checked(NormalizerSchema, file['normalizer'], where)
  const vocab = inOrder(checked(VocabSchema, file.model['vocab'], where), where)
  checkVocab(vocab, where)
  return {
    vocab,
    normalization: normalization(lowercase, flags.strip_accents, flags.handle_chinese_chars),
  }
}

/**
 * How texts are cleaned by a parsed tokenizer_config.json, which has the last word; what it does not
 * say stays as `otherwise` has it.
 */
export function parseTokenizerConfig(
  json: unknown,
  otherwise: TextNormalization,
  where: string,
): TextNormalization {
  const config = checked(ConfigSchema, json, where)
  const { do_lower_case: lowercase, strip_accents: strip = otherwise.stripAccents } = config
  return normalization(
    lowercase ?? otherwise.lowercase,
    strip,
    config.tokenize_chinese_chars ?? otherwise.separateHan,
  )
}

type Fields = Readonly<Record<string, unknown>> | undefined

/** Only what differs from the rule is written down, so that equal ones are equal. */
function normalization(
  lowercase: boolean,
  stripAccents: boolean | null | undefined,
  separateHan: boolean | null | undefined,
): TextNormalization {
  const isStripOwn = typeof stripAccents === 'boolean' && stripAccents !== lowercase
  return {
    lowercase,
    ...(isStripOwn && { stripAccents }),
    ...(separateHan === false && { separateHan }),
  }
}

/** Tokens by id, which must run from 0 without a gap. */
function inOrder(ids: Readonly<Record<string, number>>, where: string): string[] {
  const vocab: string[] = []
  for (const [token, id] of Object.entries(ids)) vocab[id] = token
  const count = Object.keys(ids).length
  if (vocab.length === count && !vocab.includes(undefined as never)) return vocab
  return damaged(where, `model.vocab with the ids 0 to ${count - 1}`, `ids to ${vocab.length - 1}`)
}

function damaged(path: string, expected: string, got: string): never {
  fail('model.damaged', { path, expected, got })
}

function unsupported(path: string, field: string, expected: unknown, got: unknown): never {
  fail('model.unsupported', {
    path,
    field,
    expected: String(expected),
    got: JSON.stringify(got ?? null),
  })
}
