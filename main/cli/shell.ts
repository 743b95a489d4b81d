import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import {
  catalogue,
  fail,
  fromRecord,
  toRecord,
  type ErrorRecord,
  type Language,
} from '../../core/errors.ts'
import type { JobId, WorkKind } from '../../core/project.ts'
import type { Job } from '../../core/records.ts'
import { openApp, type App } from '../app.ts'
import { forkWorker } from '../fork-worker.ts'
import type { Host } from '../host.ts'
import { modelsFolder } from '../settings-folder.ts'
import { printable } from './printable.ts'
import { Progress } from './progress.ts'
import { sentenceWithRemedy } from './remedy.ts'
import { cliWords, type Words } from './words.ts'

const languages: readonly Language[] = ['zh', 'en']

/** Options that every command knows. */
export interface Common {
  readonly project?: string
  readonly json?: boolean | string
  readonly lang?: Language
}

export interface Performance<T> {
  /** `write` takes the project for this process, `read` works beside another, `none` needs none. */
  readonly project: 'write' | 'read' | 'none'
  readonly work: (app: App) => Promise<T>
  /** What a person reads; with --json the result itself is printed instead. */
  readonly show: (result: T, words: Words) => string
}

export const root = resolve(import.meta.dirname, '../..')

/** The command line's side of every command: opens the project, prints, stops cleanly. */
export class Shell {
  exitCode = 0
  #language = systemLanguage()
  #stop: (() => Promise<void>) | null = null
  /** The exit code of the signal that stopped the running job. */
  #stoppedWith: number | null = null

  constructor() {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      process.on(signal, () => void this.#onStop(code))
    }
  }

  async perform<T>(options: Common, { project, work, show }: Performance<T>): Promise<void> {
    this.#language = options.lang ?? systemLanguage()
    const app = openApp(host())
    try {
      if (project !== 'none') {
        await app.call('project.open', { path: projectPath(options), mode: project })
      }
      const result = await work(app)
      print(options.json === true ? JSON.stringify(result, null, 2) : show(result, this.words))
    } catch (error) {
      this.#fail(toRecord(error), options)
    } finally {
      await app.close()
    }
  }

  /**
   * Follows a job to its end, showing its progress. Ctrl-C stops it in order. Returns its result;
   * what it failed with is thrown.
   */
  async follow<T>(app: App, { job }: { job: JobId }): Promise<T> {
    const progress = new Progress()
    const { lastSeq } = await app.call('jobs.get', { job })
    const unsubscribe = app.subscribe(job, lastSeq + 1, (event) => progress.show(event))
    this.#stop = async () => {
      progress.note(this.words.stopping)
      await app.call('jobs.cancel', { job })
    }
    const ended = await app.call('jobs.wait', { job })
    this.#stop = null
    unsubscribe()
    progress.end()
    return resultOf<T>(ended)
  }

  /** What the commands themselves say, in the language of this command. */
  get words(): Words {
    return cliWords[this.#language]
  }

  /** An error as a person reads it in a terminal, in the language of this command. */
  sentence(record: ErrorRecord): string {
    return sentenceWithRemedy(record, this.#language)
  }

  /** Something that is said by the way. */
  note(text: string): void {
    note(text)
  }

  /** Does what needs no application of this shell's own; what fails ends in a sentence. */
  async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#fail(toRecord(error), {})
    }
  }

  /** Until Ctrl-C or SIGTERM; the caller then ends in order. */
  untilStopped(): Promise<void> {
    return new Promise((resolve) => {
      this.#stop = () => Promise.resolve(resolve())
    })
  }

  async #onStop(code: number): Promise<void> {
    if (!this.#stop || this.#stoppedWith !== null) process.exit(code)
    this.#stoppedWith = code
    await this.#stop()
  }

  #fail(record: ErrorRecord, { json }: Common): void {
    const message = this.sentence(record)
    this.exitCode = isStop(record) ? (this.#stoppedWith ?? 130) : exitCodeOf(record)
    if (json === true) print(JSON.stringify({ error: { ...record, message } }, null, 2))
    note(`${message}${record.where ? `\n(${record.where})` : ''}`)
  }
}

/** Adds the options of every command. */
export function withCommon(command: Command, json = '--json'): Command {
  return command
    .option('-p, --project <file>', 'the project file')
    .option(
      json,
      json === '--json'
        ? 'print the result as JSON'
        : 'print the result as JSON, or write its rows to a file',
    )
    .addOption(new Option('--lang <language>', 'language of messages').choices(languages))
}

/**
 * Says of each of some options that none of others may stand beside it: what would be ignored in
 * silence is wrong usage.
 */
export function neverTogether(
  command: Command,
  names: readonly string[],
  others: readonly string[] = names,
): void {
  for (const option of command.options) {
    const name = option.attributeName()
    if (names.includes(name)) option.conflicts(others.filter((other) => other !== name))
  }
}

export function host(): Host {
  const nobody = () => Promise.resolve(null)
  return {
    kind: 'terminal',
    root,
    fileRoots: null,
    settingsFolder: null,
    modelsFolder: modelsFolder(),
    hasDialogs: false,
    pickFile: nobody,
    pickFolder: nobody,
    openPath: () => Promise.resolve(),
    startWorker: () => forkWorker(resolve(root, 'worker/index.ts')),
  }
}

/** Error: `project.which`. */
export function projectPath(options: Common): string {
  return (
    knownProject(options) ?? fail('project.which', { folder: resolve('.'), found: projectsHere() })
  )
}

/** The project that is named, or else the only one of the folder. */
export function knownProject({ project }: Common): string | undefined {
  const named = project || process.env.SHILIU_PROJECT
  if (named) return resolve(named)
  const [only, ...others] = projectsHere()
  return only !== undefined && others.length === 0 ? resolve(only) : undefined
}

function projectsHere(): string[] {
  return readdirSync('.').filter((name) => name.endsWith('.shiliu'))
}

/** What a job ended with. Errors: `job.stopped`, `job.died`, and whatever the job failed with. */
export function resultOf<T>(job: Job): T {
  if (job.state === 'done') return job.result as T
  if (job.state === 'cancelled') fail('job.stopped', stoppedBy(job))
  if (job.error?.code === 'job.workerDied') {
    const { signal } = job.error.details as { signal: string }
    fail('job.died', { ...stoppedBy(job), signal })
  }
  throw fromRecord(job.error!)
}

/** What the sentences about an unfinished job need to know of it. */
export function stoppedBy({ kind, input }: Job): { kind: WorkKind; path: string } {
  const { path } = { path: '', ...(input as { path?: string } | null) }
  return { kind, path }
}

function isStop({ code }: ErrorRecord): boolean {
  return code === 'job.stopped' || code === 'job.cancelled'
}

function exitCodeOf({ code }: ErrorRecord): number {
  const entry = Object.hasOwn(catalogue, code) ? catalogue[code as keyof typeof catalogue] : null
  return entry?.kind === 'input' ? 2 : 1
}

/** An empty variable says nothing, so the next one is asked. */
export function systemLanguage(): Language {
  const { SHILIU_LANG, LC_ALL, LANG } = process.env
  const language = SHILIU_LANG || LC_ALL || LANG || ''
  return language.startsWith('zh') ? 'zh' : 'en'
}

/** Whoever reads may leave early, as `head` does: that is no error of ours. */
function print(text: string): void {
  if (text === '') return
  process.stdout.on('error', () => undefined)
  process.stdout.write(`${printable(text)}\n`)
}

/** A line for the person at the terminal, beside the result. */
export function note(text: string): void {
  process.stderr.write(`${printable(text)}\n`)
}
