import { isAscii } from 'node:buffer'
import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { fail } from '../../core/errors.ts'
import type { Encoding } from '../../core/import-plan.ts'

const BLOCK_BYTES = 256 * 1024
const SAMPLE_BYTES = 1024 * 1024

/** The parts of a file that its encoding and form are judged by. */
export interface Sample {
  /** The file from its first byte. */
  readonly start: Buffer
  /** As many bytes from the line of the first byte that is not ASCII; `start` where there is none. */
  readonly telling: Buffer
  readonly tellingOffset: number
  /** Whether `telling` reaches the end of the file. */
  readonly reachesEnd: boolean
}

/** What tells that another program wrote to a file. */
export interface FileStamp {
  readonly size: number
  readonly modifiedMs: number
}

/** Refuses what is no regular file with at least one byte. */
export async function stampOf(path: string): Promise<FileStamp> {
  const status = await stat(path).catch((error: unknown) => refuse(path, error))
  if (!status.isFile()) {
    fail('import.notAFile', { path, kind: status.isDirectory() ? 'folder' : 'device' })
  }
  if (status.size === 0) fail('import.empty', { path })
  return { size: status.size, modifiedMs: status.mtimeMs }
}

/** Error: `import.changed`. */
export function requireSame(path: string, before: FileStamp, now: FileStamp): void {
  const isSame = now.size === before.size && now.modifiedMs === before.modifiedMs
  if (!isSame) fail('import.changed', { path })
}

/** A file that is being imported, held open so that a preview and a read see the same bytes. */
export class SourceFile {
  readonly path: string
  readonly #stamp: FileStamp
  readonly #handle: FileHandle

  private constructor(path: string, stamp: FileStamp, handle: FileHandle) {
    this.path = path
    this.#stamp = stamp
    this.#handle = handle
  }

  /** Opens a file; with `expected`, only while nobody has written to it since. */
  static async open(path: string, expected?: FileStamp): Promise<SourceFile> {
    // Before opening: the open of a named pipe would wait for a writer.
    const stamp = await stampOf(path)
    if (expected) requireSame(path, expected, stamp)
    const handle = await open(path, 'r').catch((error: unknown) => refuse(path, error))
    return new SourceFile(path, stamp, handle)
  }

  get size(): number {
    return this.#stamp.size
  }

  /** Up to `length` bytes at `offset`; fewer only at the end of the file. */
  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - offset)))
    let filled = 0
    while (filled < buffer.length) {
      const { bytesRead } = await this.#handle
        .read(buffer, filled, buffer.length - filled, offset + filled)
        .catch((error: unknown) => refuse(this.path, error))
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  }

  async *blocks(from: number): AsyncGenerator<Buffer> {
    for (let offset = from; offset < this.size;) {
      const block = await this.read(offset, BLOCK_BYTES)
      if (block.length === 0) return
      offset += block.length
      yield block
    }
  }

  async sample(): Promise<Sample> {
    const start = await this.read(0, SAMPLE_BYTES)
    // Zeros in ASCII are UTF-16, whose units the search for a line start would cut in half.
    const isTelling = !isAscii(start) || start.includes(0)
    const tellingOffset = isTelling ? 0 : await this.#firstTellingLine(start.length)
    const telling = tellingOffset === 0 ? start : await this.read(tellingOffset, SAMPLE_BYTES)
    const reachesEnd = tellingOffset + telling.length >= this.size
    return { start, telling, tellingOffset, reachesEnd }
  }

  /** Offset of the line that holds the first byte from `from` on that is not ASCII, else 0. */
  async #firstTellingLine(from: number): Promise<number> {
    let offset = from
    for await (const block of this.blocks(from)) {
      if (!isAscii(block)) {
        const telling = block.findIndex((byte) => byte > 0x7f)
        return offset + block.lastIndexOf(0x0a, telling) + 1
      }
      offset += block.length
    }
    return 0
  }

  /** The physical line (from 1) that holds the byte at `offset`. */
  async lineAt(offset: number, encoding: Encoding): Promise<number> {
    const unit = encoding.startsWith('utf-16') ? 2 : 1
    const codeAt = (block: Buffer, at: number) =>
      unit === 1
        ? block[at]!
        : encoding === 'utf-16le'
          ? block.readUInt16LE(at)
          : block.readUInt16BE(at)
    let line = 1
    let position = 0
    let previous = 0
    for await (const block of this.blocks(0)) {
      for (let at = 0; at + unit <= block.length; at += unit, position += unit) {
        if (position >= offset) return line
        const code = codeAt(block, at)
        if (code === 0x0d || (code === 0x0a && previous !== 0x0d)) line++
        previous = code
      }
    }
    return line
  }

  /** Refuses a file that another program wrote to since it was opened. */
  async requireUnchanged(): Promise<void> {
    const { size, mtimeMs } = await this.#handle.stat()
    requireSame(this.path, this.#stamp, { size, modifiedMs: mtimeMs })
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

function refuse(path: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') fail('import.notFound', { path })
  if (code === 'EACCES' || code === 'EPERM') fail('import.notAllowed', { path })
  return fail('import.unreadable', { path, message: code || String(error) })
}
