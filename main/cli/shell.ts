import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import {
  catalogue,
  fail,
  fromRecord,
  sentence,
  toRecord,
  type ErrorRecord,
  type Language,
} from '../../core/errors.ts'
import type { JobId } from '../../core/project.ts'
import type { Job } from '../../core/records.ts'
import { openApp, type App } from '../app.ts'
import { forkWorker } from '../fork-worker.ts'
import type { Host } from '../host.ts'
import { Progress } from './progress.ts'

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
  readonly show: (result: T) => string
}

export const root = resolve(import.meta.dirname, '../..')

/** The command line's side of every command: opens the project, prints, stops cleanly. */
export class Shell {
  exitCode = 0
  #stop: (() => Promise<void>) | null = null
  #isStopped = false

  constructor() {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      process.on(signal, () => void this.#onStop(code))
    }
  }

  async perform<T>(options: Common, { project, work, show }: Performance<T>): Promise<void> {
    const app = openApp(host())
    try {
      if (project !== 'none') {
        await app.call('project.open', { path: projectPath(options), mode: project })
      }
      const result = await work(app)
      print(options.json === true ? `${JSON.stringify(result, null, 2)}` : show(result))
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
      progress.note('stopping ...')
      await app.call('jobs.cancel', { job })
    }
    const ended = await app.call('jobs.wait', { job })
    this.#stop = null
    unsubscribe()
    progress.end()
    return resultOf<T>(ended)
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
    if (!this.#stop || this.#isStopped) process.exit(code)
    this.#isStopped = true
    await this.#stop()
  }

  #fail(record: ErrorRecord, { json, lang }: Common): void {
    const message = sentence(record, lang ?? systemLanguage())
    this.exitCode = exitCodeOf(record)
    if (json === true) print(JSON.stringify({ error: { ...record, message } }, null, 2))
    process.stderr.write(`${message}\n${record.where ? `(${record.where})\n` : ''}`)
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
    .option('--lang <language>', 'language of messages: zh or en')
}

export function host(): Host {
  const nobody = () => Promise.resolve(null)
  return {
    kind: 'terminal',
    root,
    fileRoots: null,
    settingsFolder: null,
    hasDialogs: false,
    pickFile: nobody,
    pickFolder: nobody,
    openPath: () => Promise.resolve(),
    startWorker: () => forkWorker(resolve(root, 'worker/index.ts')),
  }
}

export function projectPath({ project }: Common): string {
  const named = project ?? process.env.SHILIU_PROJECT
  if (named) return resolve(named)
  const found = readdirSync('.').filter((name) => name.endsWith('.shiliu'))
  if (found.length !== 1) fail('project.which', { folder: resolve('.'), found })
  return resolve(found[0]!)
}

export function resultOf<T>(job: Job): T {
  if (job.state === 'done') return job.result as T
  if (job.state === 'cancelled' && job.kind === 'train')
    fail('job.stopped', { verb: 'train --resume' })
  if (job.state === 'cancelled') fail('job.stopped', { verb: job.kind })
  throw fromRecord(job.error!)
}

function exitCodeOf({ code }: ErrorRecord): number {
  if (code === 'job.stopped' || code === 'job.cancelled') return 130
  const entry = Object.hasOwn(catalogue, code) ? catalogue[code as keyof typeof catalogue] : null
  return entry?.kind === 'input' ? 2 : 1
}

function systemLanguage(): Language {
  const language = process.env.SHILIU_LANG ?? process.env.LC_ALL ?? process.env.LANG ?? ''
  return language.startsWith('zh') ? 'zh' : 'en'
}

/** Whoever reads may leave early, as `head` does: that is no error of ours. */
function print(text: string): void {
  if (text === '') return
  process.stdout.on('error', () => undefined)
  process.stdout.write(`${text}\n`)
}
