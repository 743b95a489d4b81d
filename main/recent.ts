import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { ProportionSchema } from '../core/project.ts'
import type { RecentProject } from '../core/records.ts'

const most = 20

const EntrySchema = v.object({
  path: v.string(),
  name: v.string(),
  openedAt: v.number(),
  texts: v.number(),
  labels: v.number(),
  classes: v.number(),
  round: v.nullable(v.number()),
  accuracy: v.nullable(ProportionSchema),
})
type Entry = v.InferOutput<typeof EntrySchema>

/** The list of projects on Home, in a small file of the user's own. Losing it loses nothing else. */
export class RecentProjects {
  readonly #file: string | null

  /** Without a folder nothing is remembered. */
  constructor(settingsFolder: string | null) {
    this.#file = settingsFolder === null ? null : join(settingsFolder, 'recent.json')
  }

  list(): RecentProject[] {
    return this.#read().map((entry) => ({ ...entry, isThere: existsSync(entry.path) }))
  }

  remember(entry: Entry): void {
    this.#write([entry, ...this.#read().filter(({ path }) => path !== entry.path)].slice(0, most))
  }

  forget(path: string): void {
    this.#write(this.#read().filter((entry) => entry.path !== path))
  }

  #read(): Entry[] {
    if (this.#file === null || !existsSync(this.#file)) return []
    try {
      return v.parse(v.array(EntrySchema), JSON.parse(readFileSync(this.#file, 'utf8')))
    } catch {
      return []
    }
  }

  #write(entries: readonly Entry[]): void {
    if (this.#file === null) return
    mkdirSync(join(this.#file, '..'), { recursive: true })
    writeFileSync(`${this.#file}.part`, JSON.stringify(entries, null, 2))
    renameSync(`${this.#file}.part`, this.#file)
  }
}
