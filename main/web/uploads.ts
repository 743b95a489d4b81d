import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
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

/** A name without a way out of its folder. */
function plainName(name: string): string {
  const plain = basename(name.replaceAll('\\', '/')).replace(/^\.+/, '')
  return plain === '' ? 'file' : plain
}
