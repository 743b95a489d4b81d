import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ShiliuError } from '../core/errors.ts'
import type { HostTensor } from '../engine/executor.ts'
import { configJson, parseConfig, type ModelConfig } from '../learn/model/config.ts'
import type { TextTokenizer } from '../learn/text/tokenizer.ts'
import { tokenizerConfig, tokenizerJson } from '../learn/text/tokenizer-json.ts'
import { diskRefusal } from './disk-error.ts'
import { readJson } from './model-text.ts'
import { readTokenizer } from './model-tokenizer.ts'
import { readModelWeights } from './model-weights.ts'
import { writeWeights } from './weight-file.ts'

/** A base or trained model: a masked language model with its vocabulary. */
export interface Model {
  readonly config: ModelConfig
  readonly tokenizer: TextTokenizer
  readonly weights: Map<string, HostTensor>
}

/** Reads a folder of this program or of transformers. Errors: `model.*`. */
export async function readModel(folder: string): Promise<Model> {
  const { config, tokenizer } = await readModelShape(folder)
  const { weights } = await readModelWeights(folder, config)
  return { config, tokenizer, weights }
}

/** The configuration and vocabulary alone. */
export async function readModelShape(folder: string): Promise<Omit<Model, 'weights'>> {
  const json = await readJson(folder, 'config.json')
  const config = parseConfig(json, join(folder, 'config.json'))
  return { config, tokenizer: await readTokenizer(folder, config.vocabSize) }
}

/**
 * Writes a folder that transformers loads as it is; returns the SHA-256 of the weights file. What a
 * folder said that was read and this program has no use for is not in it.
 */
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

/**
 * Reads a folder as it came from elsewhere, checks all of it, and writes it in this program's own form,
 * with float16 kept where all of it is. Returns the SHA-256 of the weights file. Errors: `model.*`.
 */
export async function adoptModel(folder: string, out: string): Promise<string> {
  const shape = await readModelShape(folder)
  const { weights, dtypes } = await readModelWeights(folder, shape.config)
  const isHalf = dtypes.size === 1 && dtypes.has('F16')
  try {
    return await writeModel(out, { ...shape, weights }, isHalf ? 'F16' : 'F32')
  } catch (error) {
    const reason = diskRefusal(error)
    throw reason === undefined ? error : new ShiliuError('model.cannotWrite', { path: out, reason })
  }
}
