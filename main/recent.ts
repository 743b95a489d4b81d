import { existsSync } from 'node:fs'
import * as v from 'valibot'
import { ProportionSchema } from '../core/project.ts'
import type { RecentProject } from '../core/records.ts'
import { SettingsFile } from './settings-file.ts'

const most = 20

const EntrySchema = v.object({
  path: v.string(),
  name: v.string(),
  openedAt: v.number(),
  texts: v.number(),
  labels: v.number(),
  surplus: v.optional(v.number(), 0),
  classes: v.number(),
  round: v.nullable(v.number()),
  accuracy: v.nullable(ProportionSchema),
})
type Entry = v.InferOutput<typeof EntrySchema>

/** The list of projects on Home, in a small file of the user's own. Losing it loses nothing else. */
export class RecentProjects {
  readonly #file

  /** Without a folder nothing is remembered. */
  constructor(settingsFolder: string | null) {
    this.#file = new SettingsFile(settingsFolder, 'recent.json', v.array(EntrySchema))
  }

  list(): RecentProject[] {
    return this.#read().map((entry) => ({ ...entry, isThere: existsSync(entry.path) }))
  }

  remember(entry: Entry): void {
    this.#file.write(
      [entry, ...this.#read().filter(({ path }) => path !== entry.path)].slice(0, most),
    )
  }

  forget(path: string): void {
    this.#file.write(this.#read().filter((entry) => entry.path !== path))
  }

  #read(): Entry[] {
    return this.#file.read() ?? []
  }
}
