import { createHash } from 'node:crypto'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fail, ShiliuError } from '../core/errors.ts'
import {
  formatHeader,
  headerLength,
  parseHeader,
  storedBytes,
  type StoredDType,
  type TensorEntry,
} from '../core/safetensors.ts'
import { floatData, floats, type HostTensor } from '../engine/executor.ts'
import { diskRefusal } from './disk-error.ts'

export interface WeightFile {
  readonly tensors: Map<string, HostTensor>
  /** How the tensors that were read are stored. */
  readonly dtypes: ReadonlySet<StoredDType>
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Writes a safetensors file so that it is either whole or not there: temporary name, fsync, rename,
 * fsync of the folder. Returns the SHA-256 of its bytes in hex. Error: `model.cannotWrite`.
 */
export async function writeWeights(
  path: string,
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = {},
  dtype: Extract<StoredDType, 'F32' | 'F16'> = 'F32',
): Promise<string> {
  const temporary = `${path}.part`
  try {
    const sha256 = await writeSynced(temporary, tensors, metadata, dtype)
    await rename(temporary, path)
    await syncFolder(dirname(path))
    return sha256
  } catch (error) {
    await rm(temporary, { force: true })
    const reason = diskRefusal(error)
    throw reason === undefined ? error : new ShiliuError('model.cannotWrite', { path, reason })
  }
}

async function writeSynced(
  path: string,
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>>,
  dtype: 'F32' | 'F16',
): Promise<string> {
  const stored = new Map([...tensors].map(([name, { shape }]) => [name, { dtype, shape }]))
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  try {
    const append = async (bytes: Uint8Array) => {
      hash.update(bytes)
      await writeAll(file, bytes)
    }
    await append(formatHeader(stored, metadata))
    for (const tensor of tensors.values()) await append(toBytes(floatData(tensor), dtype))
    await file.sync()
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

/**
 * Reads the tensors of a safetensors file that `isWanted` names, by default all, as float32.
 * Damage and tensors that are not of floats end in `model.damaged`.
 */
export async function readWeights(
  path: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<WeightFile> {
  const file = await openModelFile(path)
  try {
    const { size } = await file.stat()
    const length = headerLength(await readRange(file, 0, Math.min(8, size)), size, path)
    const json = Buffer.from(await readRange(file, 8, length)).toString('utf8')
    const { tensors: entries, metadata } = parseHeader(json, size - 8 - length, path)
    const tensors = new Map<string, HostTensor>()
    const dtypes = new Set<StoredDType>()
    for (const [name, entry] of entries) {
      if (!isWanted(name)) continue
      const bytes = await readRange(file, 8 + length + entry.begin, entry.end - entry.begin)
      tensors.set(name, floats(entry.shape, toFloats(bytes, entry, path)))
      dtypes.add(entry.dtype)
    }
    return { tensors, dtypes, metadata }
  } finally {
    await file.close()
  }
}

/** The SHA-256 of a file in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  const file = await openModelFile(path)
  try {
    for await (const chunk of file.readableWebStream()) hash.update(chunk as Uint8Array)
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

async function openModelFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch {
    return fail('model.missing', { path: dirname(path) })
  }
}

/** One call writes at most 2 GiB. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  const step = 2 ** 30
  for (let at = 0; at < bytes.length; at += step) {
    await file.appendFile(bytes.subarray(at, at + step))
  }
}

async function readRange(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(
      bytes,
      done,
      Math.min(2 ** 30, length - done),
      start + done,
    )
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done === length ? bytes : bytes.subarray(0, done)
}

function toBytes(values: Float32Array, dtype: 'F32' | 'F16'): Uint8Array {
  const stored = dtype === 'F32' ? values : Float16Array.from(values)
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength)
}

function toFloats(bytes: Uint8Array, entry: TensorEntry, path: string): Float32Array {
  if (bytes.length !== storedBytes(entry)) {
    fail('model.damaged', {
      path,
      expected: `${storedBytes(entry)} bytes`,
      got: `${bytes.length} bytes`,
    })
  }
  const { buffer, byteOffset } = bytes
  switch (entry.dtype) {
    case 'F32':
      return new Float32Array(buffer, byteOffset, bytes.length / 4)
    case 'F16':
      return Float32Array.from(new Float16Array(buffer, byteOffset, bytes.length / 2))
    case 'BF16':
      return widened(new Uint16Array(buffer, byteOffset, bytes.length / 2))
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, bytes.length / 8))
    default:
      return fail('model.damaged', { path, expected: 'float tensors', got: entry.dtype })
  }
}

/** bfloat16 is the upper half of float32. */
function widened(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer)
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; its rename is durable by itself.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  await handle.sync()
  await handle.close()
}
