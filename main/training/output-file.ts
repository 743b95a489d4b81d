import { existsSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fail } from '../../core/errors.ts'

/**
 * A file that appears under its name only when it is whole. It is opened before the work that fills it
 * begins, so that a place where nothing can be written is known at once, and not after hours.
 */
export class OutputFile {
  readonly #path: string
  readonly #part: string
  readonly #mayReplace: boolean
  #handle: FileHandle | null = null

  private constructor(path: string, mayReplace: boolean) {
    this.#path = path
    this.#part = join(dirname(path), `.${basename(path)}.shiliu-part`)
    this.#mayReplace = mayReplace
  }

  /** Errors: `output.exists` unless it may be replaced, `output.cannotWrite`. */
  static async create(path: string, { mayReplace = false } = {}): Promise<OutputFile> {
    const file = new OutputFile(path, mayReplace)
    file.#requireFree()
    await file.restart()
    return file
  }

  /** Empties the file, to be written again from its first byte. */
  async restart(): Promise<void> {
    await this.#close()
    await this.#try(async () => (this.#handle = await open(this.#part, 'w')))
  }

  /** The next write begins when this one has ended. */
  write(text: string): Promise<void> {
    return this.#try(() => this.#handle!.appendFile(text))
  }

  /** Gives the file its name. Error: `output.exists`, when someone took the name meanwhile. */
  async finish(): Promise<void> {
    await this.#try(() => this.#handle!.sync())
    await this.#close()
    this.#requireFree()
    await this.#try(() => rename(this.#part, this.#path))
  }

  /** Closes and removes what was not finished. */
  async discard(): Promise<void> {
    await this.#close()
    await rm(this.#part, { force: true })
  }

  #requireFree(): void {
    if (!this.#mayReplace && existsSync(this.#path)) fail('output.exists', { path: this.#path })
  }

  async #close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = null
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error)
      fail('output.cannotWrite', { path: this.#path, reason })
    }
  }
}
