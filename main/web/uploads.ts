import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Files that a page sent because it may not name one of the disk. They go when the server does. */
export class Uploads {
  #folder: string | null = null
  #count = 0

  /** Streams a file to the disk and returns its path, under its own name. */
  async receive(name: string, content: Readable): Promise<string> {
    const folder = mkdtempSync(join(this.folder, `${++this.#count}-`))
    const path = join(folder, plainName(name))
    await pipeline(content, createWriteStream(path))
    return path
  }

  get folder(): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'shiliu-upload-'))
    return this.#folder
  }

  remove(): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true })
    this.#folder = null
  }
}

/** In bytes, as file systems count. */
const longestName = 200

/** Means something else than a letter of a name to some system. */
const reserved = /[\p{Cc}<>:"|?*]/gu

/** A name without a way out of its folder, that every system takes. */
function plainName(name: string): string {
  const plain = basename(name.replaceAll('\\', '/')).replace(/^\.+/, '').replace(reserved, '_')
  if (plain === '') return 'file'
  const extension = extname(plain).slice(0, 16)
  let stem = plain.slice(0, plain.length - extname(plain).length)
  while (Buffer.byteLength(stem) > longestName) stem = stem.slice(0, -1)
  return stem + extension
}
