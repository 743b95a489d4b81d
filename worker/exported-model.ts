import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { checksumFile, parseChecksums } from '../core/checksums.ts'
import { fail } from '../core/errors.ts'
import type { ModelFile, OfModels } from '../core/job.ts'
import type { Task, TextItem } from '../core/task.ts'
import { exportedTokenizer, type ExportedTokenizer } from '../learn/export/exported-tokenizer.ts'
import { openClassifier, type ClassifierSession } from './classifier-session.ts'
import { hashFile } from './weight-file.ts'

/** A classifier from an exported folder alone. */
export interface ExportedModel extends ClassifierSession {
  readonly kind: Task['kind']
  /** Class names in the order of the logits. */
  readonly labels: readonly string[]
  /** Token ids of a text as the graph takes them. */
  encode(text: Omit<TextItem, 'id'>): number[]
}

/** Where the models lie in an exported folder, by the names that transformers.js looks for. */
export const modelPath: OfModels<string> = {
  float32: 'onnx/model.onnx',
  int8: 'onnx/model_quantized.onnx',
}

/**
 * Opens an exported folder. Where it has a SHA256SUMS, every file listed must be there and unchanged.
 * Fails with `export.notAnExport`, `export.noInt8` or `export.damaged`.
 */
export async function openExported(
  folder: string,
  threads: number,
  model: ModelFile = 'float32',
): Promise<ExportedModel> {
  await verify(folder)
  const { id2label } = await readJson(folder, 'config.json', ConfigSchema)
  const { kind } = await readJson(folder, 'pattern.json', PatternSchema)
  const tokenizer = await readTokenizer(folder)
  const session = await openSession(folder, model, tokenizer.pad, threads)
  return {
    kind,
    labels: Object.keys(id2label).map((_, i) => id2label[String(i)]!),
    encode: ({ a, b }) => tokenizer.encode(a, b),
    ...session,
  }
}

const ConfigSchema = v.looseObject({
  id2label: v.pipe(
    v.record(v.string(), v.string()),
    v.check(
      (labels) => Object.keys(labels).every((_, i) => String(i) in labels),
      'classes 0, 1, ...',
    ),
  ),
})
const PatternSchema = v.looseObject({ kind: v.picklist(['single', 'pair']) })
const TokenizerConfigSchema = v.looseObject({
  model_max_length: v.pipe(v.number(), v.integer(), v.minValue(3)),
})
const TokenizerSchema = v.looseObject({ model: v.looseObject({ type: v.literal('WordPiece') }) })

async function readTokenizer(folder: string): Promise<ExportedTokenizer> {
  const config = await readJson(folder, 'tokenizer_config.json', TokenizerConfigSchema)
  const json = await readJson(folder, 'tokenizer.json', TokenizerSchema)
  try {
    return exportedTokenizer(json, config, config.model_max_length)
  } catch (error) {
    return damaged(join(folder, 'tokenizer.json'), 'a BERT tokenizer', messageOf(error))
  }
}

async function openSession(
  folder: string,
  model: ModelFile,
  pad: number,
  threads: number,
): Promise<ClassifierSession> {
  const path = join(folder, modelPath[model])
  if (model === 'float32') await requireFile(folder, modelPath.float32)
  else await access(path).catch(() => fail('export.noInt8', { folder }))
  try {
    return await openClassifier(path, pad, threads)
  } catch (error) {
    return damaged(path, 'an ONNX model', messageOf(error))
  }
}

async function verify(folder: string): Promise<void> {
  const list = join(folder, checksumFile)
  const text = await readFile(list, 'utf8').catch(() => undefined)
  if (text === undefined) return
  for (const [path, sha256] of parseChecksums(text, list)) {
    await requireFile(folder, path)
    const got = await hashFile(join(folder, path))
    if (got !== sha256) damaged(join(folder, path), `SHA-256 ${sha256}`, got)
  }
}

async function requireFile(folder: string, file: string): Promise<void> {
  await access(join(folder, file)).catch(() => fail('export.notAnExport', { folder, file }))
}

async function readJson<S extends v.GenericSchema<unknown, object>>(
  folder: string,
  file: string,
  schema: S,
): Promise<v.InferOutput<S>> {
  const path = join(folder, file)
  await requireFile(folder, file)
  const parsed = v.safeParse(schema, parseJson(await readFile(path, 'utf8'), path))
  if (parsed.success) return parsed.output
  const { path: keys, expected, message, received } = parsed.issues[0]
  const at = keys?.map(({ key }) => String(key)).join('.') ?? ''
  return damaged(path, `${at} ${expected ?? message}`.trim(), received)
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return damaged(path, 'JSON', text.slice(0, 40))
  }
}

function damaged(path: string, expected: string, got: string): never {
  fail('export.damaged', { path, expected, got })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
