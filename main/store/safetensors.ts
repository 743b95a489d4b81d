import { createHash, type Hash } from 'node:crypto'
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { fail } from '../../core/errors.ts'
import { headerLength, parseHeader, type TensorEntry } from '../../core/safetensors.ts'

/** How much is read, hashed or stored at once. */
export const chunkBytes = 1 << 20

export interface NamedTensor extends TensorEntry {
  readonly name: string
}

/** A checked safetensors file, open for reading piece by piece. Close it after use. */
export class SafetensorsFile {
  readonly path: string
  /** The bytes before the data: length prefix and header, as the file has them. */
  readonly header: Buffer
  /** In the order of the data, which they fill without gap or overlap. */
  readonly tensors: readonly NamedTensor[]
  readonly #file: number

  /** Errors: `model.missing`, `model.damaged`. */
  constructor(path: string) {
    if (!existsSync(path)) fail('model.missing', { path })
    this.path = path
    this.#file = openSync(path, 'r')
    try {
      const bytes = fstatSync(this.#file).size
      const length = headerLength(this.#read(0, Math.min(8, bytes)), bytes, path)
      this.header = this.#read(0, 8 + length)
      const dataBytes = bytes - this.header.length
      const { tensors } = parseHeader(this.header.toString('utf8', 8), dataBytes, path)
      this.tensors = inOrder(tensors, dataBytes, path)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** The bytes of one tensor, in pieces of at most `chunkBytes`. */
  *pieces(tensor: NamedTensor): Generator<Buffer> {
    for (let at = tensor.begin; at < tensor.end; at += chunkBytes) {
      yield this.#read(this.header.length + at, Math.min(chunkBytes, tensor.end - at))
    }
  }

  close(): void {
    closeSync(this.#file)
  }

  #read(position: number, length: number): Buffer {
    const buffer = Buffer.alloc(length)
    for (let done = 0; done < length;) {
      const count = readSync(this.#file, buffer, done, length - done, position + done)
      if (count === 0) {
        fail('model.damaged', {
          path: this.path,
          expected: `at least ${position + length} bytes`,
          got: `${position + done} bytes`,
        })
      }
      done += count
    }
    return buffer
  }
}

/** The tensors of a stored header, by the order of their data. */
export function tensorsOfHeader(header: Buffer, path: string): NamedTensor[] {
  const { tensors } = parseHeader(header.toString('utf8', 8), Number.MAX_SAFE_INTEGER, path)
  return sorted(tensors)
}

/** The hash that names a tensor: SHA-256 over its type, shape and little-endian bytes (decision 3). */
export function tensorHash({ dtype, shape }: TensorEntry): Hash {
  return createHash('sha256').update(`${dtype} [${shape.join(', ')}]\n`)
}

function inOrder(
  tensors: ReadonlyMap<string, TensorEntry>,
  dataBytes: number,
  path: string,
): NamedTensor[] {
  const result = sorted(tensors)
  let end = 0
  for (const tensor of result) {
    if (tensor.begin !== end) {
      fail('model.damaged', {
        path,
        expected: `${tensor.name} to begin at byte ${end} of the data`,
        got: `byte ${tensor.begin}`,
      })
    }
    end = tensor.end
  }
  if (end !== dataBytes) {
    fail('model.damaged', { path, expected: `${end} bytes of data`, got: `${dataBytes} bytes` })
  }
  return result
}

function sorted(tensors: ReadonlyMap<string, TensorEntry>): NamedTensor[] {
  return [...tensors]
    .map(([name, tensor]) => ({ name, ...tensor }))
    .sort((x, y) => x.begin - y.begin || x.end - y.end)
}
