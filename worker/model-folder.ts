import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../core/errors.ts'
import { floatData, type HostTensor } from '../engine/executor.ts'
import { configJson, parseConfig, type BertConfig } from '../learn/model/config.ts'
import { names, parameterShapes } from '../learn/model/parameters.ts'
import { createTokenizer, type TextTokenizer } from '../learn/text/tokenizer.ts'
import {
  tokenizerConfig,
  tokenizerJson,
  type TextNormalization,
} from '../learn/text/tokenizer-json.ts'
import { parseVocab } from '../learn/text/vocab.ts'
import { readWeights, writeWeights } from './weight-file.ts'

/** A base or trained model: `BertForMaskedLM` with its vocabulary. */
export interface Model {
  readonly config: BertConfig
  readonly tokenizer: TextTokenizer
  readonly weights: Map<string, HostTensor>
}

/**
 * Reads config.json, vocab.txt and model.safetensors; tokenizer_config.json says whether letters are
 * lowered. Every parameter must be there with its shape and be finite; other tensors are ignored.
 */
export async function readModel(folder: string): Promise<Model> {
  const { config, tokenizer } = await readModelShape(folder)
  const path = join(folder, 'model.safetensors')
  const shapes = parameterShapes(config)
  const aliases = new Set(Object.values(decoderAlias))
  const { tensors } = await readWeights(path, (name) => shapes.has(name) || aliases.has(name))
  const weights = new Map<string, HostTensor>()
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name) ?? tensors.get(decoderAlias[name] ?? '')
    const got = tensor?.shape.join(' x ') ?? 'nothing'
    if (got !== shape.join(' x ')) {
      fail('model.damaged', { path, expected: `${name} of ${shape.join(' x ')}`, got })
    }
    const bad = floatData(tensor).findIndex((value) => !Number.isFinite(value))
    if (bad >= 0) {
      fail('model.damaged', { path, expected: `finite numbers in ${name}`, got: `value ${bad}` })
    }
    weights.set(name, tensor!)
  }
  return { config, tokenizer, weights }
}

/** The configuration and vocabulary alone. */
export async function readModelShape(folder: string): Promise<Omit<Model, 'weights'>> {
  const path = join(folder, 'config.json')
  const config = parseConfig(parseJson(await readText(folder, 'config.json'), path), path)
  const vocabPath = join(folder, 'vocab.txt')
  const vocab = parseVocab(await readText(folder, 'vocab.txt'), vocabPath)
  if (vocab.length !== config.vocabSize) {
    fail('model.damaged', {
      path: vocabPath,
      expected: `${config.vocabSize} tokens`,
      got: `${vocab.length}`,
    })
  }
  return { config, tokenizer: createTokenizer(vocab, await readNormalization(folder)) }
}

/** Chinese BERT models lower letters; a folder may say otherwise. */
async function readNormalization(folder: string): Promise<TextNormalization> {
  const name = 'tokenizer_config.json'
  const path = join(folder, name)
  if (!existsSync(path)) return { lowercase: true }
  const { do_lower_case: lowercase = true } = parseJson(await readText(folder, name), path) as {
    do_lower_case?: unknown
  }
  if (typeof lowercase === 'boolean') return { lowercase }
  return fail('model.damaged', {
    path,
    expected: 'do_lower_case: true or false',
    got: JSON.stringify(lowercase),
  })
}

/** Writes a folder that transformers loads as it is; returns the SHA-256 of the weights file. */
export async function writeModel(
  folder: string,
  { config, tokenizer, weights }: Model,
  dtype: 'F32' | 'F16' = 'F32',
): Promise<string> {
  await mkdir(folder, { recursive: true })
  const { vocab, normalization } = tokenizer
  const json = (name: string, value: unknown) =>
    writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
  await json('config.json', configJson(config, tokenizer.specials.pad))
  await writeFile(join(folder, 'vocab.txt'), `${vocab.join('\n')}\n`)
  await json('tokenizer.json', tokenizerJson(vocab, normalization))
  await json('tokenizer_config.json', tokenizerConfig(config.maxPositions, normalization))
  const metadata = { format: 'pt' }
  return writeWeights(join(folder, 'model.safetensors'), weights, metadata, dtype)
}

const decoderAlias: Readonly<Record<string, string>> = {
  [names.headBias]: 'cls.predictions.decoder.bias',
}

async function readText(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8')
  } catch {
    return fail('model.missing', { path: folder })
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return fail('model.damaged', { path, expected: 'JSON', got: text.slice(0, 40) })
  }
}
