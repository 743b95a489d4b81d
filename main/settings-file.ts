import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'

/**
 * A small file of the user's own, beside no project. What cannot be read counts as not there: losing
 * it loses nothing but comfort.
 */
export class SettingsFile<S extends v.GenericSchema> {
  readonly #folder: string | null
  readonly #name: string
  readonly #schema: S

  /** Without a folder nothing is kept. */
  constructor(folder: string | null, name: string, schema: S) {
    this.#folder = folder
    this.#name = name
    this.#schema = schema
  }

  read(): v.InferOutput<S> | null {
    const path = this.#path
    if (path === null || !existsSync(path)) return null
    try {
      return v.parse(this.#schema, JSON.parse(readFileSync(path, 'utf8')))
    } catch {
      return null
    }
  }

  /** What goes wrong is only warned of: what it belongs to has been done. */
  write(value: v.InferInput<S>): void {
    const path = this.#path
    if (path === null) return
    try {
      mkdirSync(this.#folder!, { recursive: true })
      writeFileSync(`${path}.part`, JSON.stringify(value, null, 2))
      renameSync(`${path}.part`, path)
    } catch (error) {
      process.emitWarning(error as Error)
    }
  }

  get #path(): string | null {
    return this.#folder === null ? null : join(this.#folder, this.#name)
  }
}
