import { join } from 'node:path'
import { fail } from '../core/errors.ts'
import {
  parseTokenizerConfig,
  parseTokenizerJson,
  type Vocabulary,
} from '../learn/text/read-tokenizer.ts'
import { createTokenizer, type TextTokenizer } from '../learn/text/tokenizer.ts'
import { parseVocab } from '../learn/text/vocab.ts'
import { has, readJson, readText } from './model-text.ts'

const configFile = 'tokenizer_config.json'

/**
 * The tokenizer of a model folder: from vocab.txt, or where there is none from tokenizer.json;
 * tokenizer_config.json says how texts are cleaned. Errors: `model.missing`, `model.damaged`,
 * `model.unsupported`, `model.vocab*`.
 */
export async function readTokenizer(folder: string, vocabSize: number): Promise<TextTokenizer> {
  const { vocab, normalization } = await readVocabulary(folder)
  if (vocab.length !== vocabSize) {
    fail('model.damaged', {
      path: folder,
      expected: `a vocabulary of ${vocabSize} tokens, as config.json says`,
      got: `${vocab.length}`,
    })
  }
  if (!has(folder, configFile)) return createTokenizer(vocab, normalization)
  const config = await readJson(folder, configFile)
  const settled = parseTokenizerConfig(config, normalization, join(folder, configFile))
  return createTokenizer(vocab, settled)
}

/** BERT models lower letters unless their folder says otherwise. */
async function readVocabulary(folder: string): Promise<Vocabulary> {
  if (has(folder, 'vocab.txt')) {
    const text = await readText(folder, 'vocab.txt')
    return {
      vocab: parseVocab(text, join(folder, 'vocab.txt')),
      normalization: { lowercase: true },
    }
  }
  if (!has(folder, 'tokenizer.json') && has(folder, 'spiece.model')) {
    fail('model.unsupported', {
      path: folder,
      field: 'the vocabulary',
      expected: 'vocab.txt or a tokenizer.json with WordPiece',
      got: 'spiece.model',
    })
  }
  const json = await readJson(folder, 'tokenizer.json')
  return parseTokenizerJson(json, join(folder, 'tokenizer.json'))
}
