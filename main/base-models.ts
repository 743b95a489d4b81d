import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { checksumFile, parseChecksums } from '../core/checksums.ts'
import { fail, ShiliuError } from '../core/errors.ts'
import type { BaseModel } from '../core/records.ts'
import { sha256Of, writeChecksums } from './export/checksums.ts'
import { weightsFile } from './store/models.ts'
import { SafetensorsFile } from './store/safetensors.ts'

/** The name of the base model that comes with the program. */
export const includedBase = 'default'

/** Writes a model that lies elsewhere into an empty folder, in this program's own form. */
export type Adopt = (folder: string) => Promise<unknown>

/**
 * The base models at hand: the one that comes with the program, and those that were added. An added one
 * is a copy in a folder of its own, below that of the user's settings, with the checksums of its files:
 * every project can begin from it, and it stays when the folder that it came from moves.
 */
export class BaseModels {
  readonly #included: string
  readonly #folder: string | null
  #includedHash: Promise<string> | undefined
  #lastChange: Promise<unknown> = Promise.resolve()

  /** Without a folder none can be added. */
  constructor(included: string, folder: string | null) {
    this.#included = included
    this.#folder = folder
  }

  /** The program's own first, then by name. A folder that is no longer whole is left out. */
  async list(): Promise<BaseModel[]> {
    const found: BaseModel[] = []
    for (const name of [includedBase, ...this.#added()]) {
      const model = await this.#describe(name).catch(() => null)
      if (model) found.push(model)
    }
    return found
  }

  /** Error: `model.unknownName`. */
  get(name: string): Promise<BaseModel> {
    if (this.folderOf(name) === null) fail('model.unknownName', { name, known: this.#added() })
    return this.#describe(name)
  }

  /** Null for what is no name of a base model. */
  folderOf(name: string): string | null {
    if (name === includedBase) return this.#included
    return this.#added().includes(name) ? join(this.#folder!, name) : null
  }

  /** The name of the base model with these weights; null where it is none of these. */
  async nameOf(sha256: string): Promise<string | null> {
    for (const name of [includedBase, ...this.#added()]) {
      if ((await this.#hashOf(name).catch(() => null)) === sha256) return name
    }
    return null
  }

  /** What the weights of an added model were when it was added; undefined for any other. */
  addedHash(name: string): string | undefined {
    return this.#added().includes(name) ? listedHash(join(this.#folder!, name)) : undefined
  }

  /**
   * Adds the model of a folder, all of it or nothing. Without a name it gets that of the folder; a model
   * that was added before is then found again. Errors: `model.*`.
   */
  add(source: string, named: string | undefined, adopt: Adopt): Promise<BaseModel> {
    return this.#inTurn(() => this.#add(source, named, adopt))
  }

  /**
   * Takes the name away first, so that no half of a model is ever found. Projects keep their own copy of
   * what they were trained from. Errors: `model.unknownName`, `model.cannotWrite`.
   */
  remove(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const known = this.#added()
      if (!known.includes(name)) fail('model.unknownName', { name, known })
      const [folder, leaving] = [join(this.#folder!, name), unfinishedIn(this.#folder!)]
      try {
        await rm(leaving, { recursive: true, force: true })
        await rename(folder, leaving)
        await rm(leaving, { recursive: true })
      } catch (error) {
        throw refused(error, folder)
      }
    })
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#lastChange.then(change)
    this.#lastChange = result.catch(() => undefined)
    return result
  }

  async #add(source: string, named: string | undefined, adopt: Adopt): Promise<BaseModel> {
    const root = this.#folder ?? fail('model.noPlace', {})
    if (named !== undefined) requireName(named)
    if (named !== undefined && this.#isTaken(named)) fail('model.nameTaken', { name: named })
    const unfinished = unfinishedIn(root)
    try {
      await removeUnfinished(root)
      await mkdir(unfinished, { recursive: true })
      await adopt(unfinished)
      await copyPapers(source, unfinished)
      await writeChecksums(unfinished)
      const known = named === undefined ? await this.nameOf(listedHash(unfinished)) : null
      const name = known ?? named ?? this.#freeName(source)
      if (known === null) await rename(unfinished, join(root, name))
      return await this.#describe(name)
    } catch (error) {
      throw refused(error, root)
    } finally {
      await rm(unfinished, { recursive: true, force: true })
    }
  }

  #freeName(source: string): string {
    const letters = basename(source).replaceAll(/[^\p{L}\p{N}._-]/gu, '-')
    const stem =
      /[\p{L}\p{N}].*[\p{L}\p{N}]|[\p{L}\p{N}]/u.exec(letters)?.[0].slice(0, 60) ?? 'base'
    for (let n = 1; ; n++) {
      const name = n === 1 ? stem : `${stem}-${n}`
      if (isName(name) && !this.#isTaken(name)) return name
    }
  }

  /** Some systems do not tell capitals from small letters. */
  #isTaken(name: string): boolean {
    return this.#added().some((other) => other.toLowerCase() === name.toLowerCase())
  }

  #added(): string[] {
    if (this.#folder === null || !existsSync(this.#folder)) return []
    return readdirSync(this.#folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isName(entry.name))
      .map(({ name }) => name)
      .sort()
  }

  #hashOf(name: string): Promise<string> {
    if (name !== includedBase) return Promise.resolve(listedHash(join(this.#folder!, name)))
    return (this.#includedHash ??= sha256Of(join(this.#included, weightsFile)))
  }

  async #describe(name: string): Promise<BaseModel> {
    const folder = this.folderOf(name)!
    const config = v.parse(
      ConfigSchema,
      JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
    )
    return {
      name,
      isIncluded: name === includedBase,
      folder,
      architecture: config.model_type,
      layers: config.num_hidden_layers,
      hiddenSize: config.hidden_size,
      vocabSize: config.vocab_size,
      parameters: parametersOf(join(folder, weightsFile)),
      bytes: statSync(join(folder, weightsFile)).size,
      sha256: await this.#hashOf(name),
    }
  }
}

const ConfigSchema = v.looseObject({
  model_type: v.string(),
  num_hidden_layers: v.number(),
  hidden_size: v.number(),
  vocab_size: v.number(),
})

/** No name begins so. */
const unfinishedPrefix = '.adding-'

/** Where this process has what is not yet, or no longer, a model. */
const unfinishedIn = (root: string) => join(root, `${unfinishedPrefix}${process.pid}`)

/** Names are names of folders on every system. */
function isName(name: string): boolean {
  return (
    /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,62}[\p{L}\p{N}])?$/u.test(name) &&
    name.toLowerCase() !== includedBase &&
    !/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name)
  )
}

function requireName(name: string): void {
  if (!isName(name)) fail('model.badName', { name })
}

/** What a process left that ended before it had added its model. */
async function removeUnfinished(root: string): Promise<void> {
  if (!existsSync(root)) return
  for (const name of readdirSync(root)) {
    if (!name.startsWith(unfinishedPrefix)) continue
    const process = Number(name.slice(unfinishedPrefix.length))
    if (!isAlive(process)) await rm(join(root, name), { recursive: true, force: true })
  }
}

function isAlive(id: number): boolean {
  if (id === process.pid) return false
  try {
    return process.kill(id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** What its makers say of it, and under which licence it stands. */
async function copyPapers(source: string, folder: string): Promise<void> {
  const papers = readdirSync(source).filter((name) => /^(readme|licen[cs]e|notice)\b/i.test(name))
  for (const name of papers) {
    const { size } = statSync(join(source, name))
    if (size <= mostPaperBytes) await copyFile(join(source, name), join(folder, name))
  }
}
const mostPaperBytes = 1 << 20

/** The SHA-256 of the weights, as the checksums of the folder have it. */
function listedHash(folder: string): string {
  const list = join(folder, checksumFile)
  const sha256 = parseChecksums(readFileSync(list, 'utf8'), list).get(weightsFile)
  return sha256 ?? fail('model.missing', { path: folder })
}

function parametersOf(path: string): number {
  const file = new SafetensorsFile(path)
  try {
    return file.tensors.reduce((sum, { shape }) => sum + shape.reduce((n, dim) => n * dim, 1), 0)
  } finally {
    file.close()
  }
}

/** An error of the disk, said with its place. */
function refused(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  const isOfDisk = code !== undefined && /^E(NOSPC|ACCES|PERM|ROFS|DQUOT)$/.test(code)
  return isOfDisk ? new ShiliuError('model.cannotWrite', { path, reason: code }) : error
}
