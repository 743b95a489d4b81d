import * as v from 'valibot'
import { fail } from './errors.ts'

/** The header of a safetensors file: names, types and byte ranges; the tensors follow it. */

const dtypes = ['F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'I16', 'I8', 'U8', 'BOOL'] as const
export type StoredDType = (typeof dtypes)[number]

export interface StoredTensor {
  readonly dtype: StoredDType
  readonly shape: readonly number[]
}

export interface TensorEntry extends StoredTensor {
  /** Byte range, counted from the end of the header. */
  readonly begin: number
  readonly end: number
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
}

const bytesPer: Record<StoredDType, number> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2 },
  ...{ I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 },
}
/** The first eight bytes hold the header's length; longer headers than this are refused unread. */
const maxHeader = 100_000_000

export function storedBytes({ dtype, shape }: StoredTensor): number {
  return shape.reduce((size, dim) => size * dim, bytesPer[dtype])
}

/**
 * The header's bytes, length prefix included and padded to eight bytes; tensors are laid out in the
 * order given.
 */
export function formatHeader(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, tensor] of tensors) {
    const end = offset + storedBytes(tensor)
    header[name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, end] }
    offset = end
  }
  const text = escapeToAscii(JSON.stringify(header))
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8)
  const bytes = new Uint8Array(8 + padded.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded.length), true)
  for (let i = 0; i < padded.length; i++) bytes[8 + i] = padded.charCodeAt(i)
  return bytes
}

/** The header's length, from the first eight bytes of a file of `fileBytes` bytes. */
export function headerLength(prefix: Uint8Array, fileBytes: number, path: string): number {
  if (prefix.length < 8) damaged(path, 'at least 8 bytes', `${prefix.length} bytes`)
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true))
  if (length > maxHeader || 8 + length > fileBytes) {
    damaged(path, `a header of at most ${fileBytes - 8} bytes`, `${length} bytes`)
  }
  return length
}

const EntrySchema = v.object({
  dtype: v.picklist(dtypes),
  shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  data_offsets: v.tuple([v.pipe(v.number(), v.integer()), v.pipe(v.number(), v.integer())]),
})
const HeaderSchema = v.objectWithRest(
  { __metadata__: v.optional(v.record(v.string(), v.string()), {}) },
  EntrySchema,
)

/** Reads and checks a header's JSON: every range lies in the file and fits its shape. */
export function parseHeader(json: string, dataBytes: number, path: string): SafetensorsHeader {
  const parsed = v.safeParse(HeaderSchema, parseJson(json, path))
  if (!parsed.success) {
    const issue = parsed.issues[0]
    damaged(path, issue.expected ?? 'a safetensors header', issue.received)
  }
  const { __metadata__: metadata, ...entries } = parsed.output
  const tensors = new Map<string, TensorEntry>()
  for (const [name, entry] of Object.entries(
    entries as Record<string, v.InferOutput<typeof EntrySchema>>,
  )) {
    const [begin, end] = entry.data_offsets
    const tensor = { dtype: entry.dtype, shape: entry.shape, begin, end }
    if (begin < 0 || end > dataBytes || end - begin !== storedBytes(tensor)) {
      damaged(
        path,
        `${storedBytes(tensor)} bytes for ${name}`,
        `bytes ${begin} to ${end} of ${dataBytes}`,
      )
    }
    tensors.set(name, tensor)
  }
  return { tensors, metadata }
}

function parseJson(json: string, path: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return damaged(path, 'JSON in the header', JSON.stringify(json.slice(0, 40)))
  }
}

function damaged(path: string, expected: string, got: string): never {
  fail('model.damaged', { path, expected, got })
}

/** JSON with every character beyond ASCII escaped, so that one character is one byte. */
function escapeToAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
