import { join } from 'node:path'
import * as v from 'valibot'
import { fail } from '../core/errors.ts'
import type { StoredDType } from '../core/safetensors.ts'
import { floatData, type HostTensor } from '../engine/executor.ts'
import type { ModelConfig } from '../learn/model/config.ts'
import { namesOf, parameterShapes } from '../learn/model/parameters.ts'
import { presentName } from '../learn/model/stored-names.ts'
import { has, readJson } from './model-text.ts'
import { readWeights } from './weight-file.ts'

export interface ModelWeights {
  readonly weights: Map<string, HostTensor>
  /** How they are stored. */
  readonly dtypes: ReadonlySet<StoredDType>
}

/**
 * The parameters of a model folder, each with its shape and finite, in one file or in several with an
 * index. Names of older versions are understood. Tensors that are no parameters (a pooler, the head of
 * sentence order, position ids) are left out, and so are not in what is written later; a decoder that is
 * stored besides the word embeddings must be equal to them. Errors: `model.missing`, `model.damaged`,
 * `model.noHead`, `model.notSafetensors`, `model.unsupported`.
 */
export async function readModelWeights(folder: string, config: ModelConfig): Promise<ModelWeights> {
  const shapes = parameterShapes(config)
  const names = namesOf(config)
  const [decoder, decoderBias] = [`${names.decoder}.weight`, `${names.decoder}.bias`]
  const wanted = new Set([...shapes.keys(), decoder, decoderBias])
  const { tensors, dtypes, path } = await readTensors(folder, wanted, (stored) =>
    presentName(stored, names),
  )
  const bias = tensors.get(names.headBias) ?? tensors.get(decoderBias)
  if (bias) tensors.set(names.headBias, bias)
  const head = `${names.headDense}.weight`
  if (tensors.has(names.words) && !tensors.has(head)) fail('model.noHead', { path, tensor: head })
  const weights = new Map<string, HostTensor>()
  for (const [name, shape] of shapes) {
    weights.set(name, sound(tensors.get(name), { path, name, shape }))
  }
  requireTied(weights.get(names.words)!, tensors.get(decoder), { path, field: decoder })
  return { weights, dtypes }
}

interface Tensors {
  readonly tensors: Map<string, HostTensor>
  readonly dtypes: Set<StoredDType>
  /** The file, or the index of several. */
  readonly path: string
}

async function readTensors(
  folder: string,
  wanted: ReadonlySet<string>,
  nameOf: (stored: string) => string,
): Promise<Tensors> {
  const { list, files } = await weightFiles(folder)
  const tensors = new Map<string, HostTensor>()
  const dtypes = new Set<StoredDType>()
  for (const file of files) {
    const read = await readWeights(join(folder, file), (stored) => wanted.has(nameOf(stored)))
    for (const [stored, tensor] of read.tensors) tensors.set(nameOf(stored), tensor)
    for (const dtype of read.dtypes) dtypes.add(dtype)
  }
  return { tensors, dtypes, path: join(folder, list) }
}

const whole = 'model.safetensors'
const index = 'model.safetensors.index.json'
const others = [
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
  'tf_model.h5',
  'flax_model.msgpack',
  'model.ckpt.index',
]

const IndexSchema = v.looseObject({
  // A file of the same folder, so that an index reads nothing else.
  weight_map: v.record(v.string(), v.pipe(v.string(), v.regex(/^[\w-][\w.-]*\.safetensors$/))),
})

async function weightFiles(folder: string): Promise<{ list: string; files: readonly string[] }> {
  if (has(folder, whole)) return { list: whole, files: [whole] }
  if (has(folder, index)) {
    const parsed = v.safeParse(IndexSchema, await readJson(folder, index))
    if (parsed.success) {
      return { list: index, files: [...new Set(Object.values(parsed.output.weight_map))].sort() }
    }
    const { expected, received } = parsed.issues[0]
    const path = join(folder, index)
    fail('model.damaged', { path, expected: `weight_map: ${expected ?? 'names'}`, got: received })
  }
  const other = others.find((name) => has(folder, name))
  if (other !== undefined) fail('model.notSafetensors', { path: join(folder, other) })
  return fail('model.missing', { path: folder })
}

interface Expected {
  readonly path: string
  readonly name: string
  readonly shape: readonly number[]
}

function sound(tensor: HostTensor | undefined, { path, name, shape }: Expected): HostTensor {
  const got = tensor?.shape.join(' x ') ?? 'nothing'
  if (got !== shape.join(' x ')) {
    fail('model.damaged', { path, expected: `${name} of ${shape.join(' x ')}`, got })
  }
  const bad = floatData(tensor).findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) {
    fail('model.damaged', { path, expected: `finite numbers in ${name}`, got: `value ${bad}` })
  }
  return tensor!
}

function requireTied(
  words: HostTensor,
  decoder: HostTensor | undefined,
  at: { readonly path: string; readonly field: string },
): void {
  if (!decoder) return
  const [own, other] = [floatData(words), floatData(decoder)]
  if (own.length === other.length && own.every((value, i) => value === other[i])) return
  fail('model.unsupported', { ...at, expected: 'the word embeddings', got: 'another matrix' })
}
