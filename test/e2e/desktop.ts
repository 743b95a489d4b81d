import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import type { Answer, Call, Input, Output } from '../../core/contract.ts'
import { fromRecord } from '../../core/errors.ts'

const register = resolve(import.meta.dirname, '../fixtures/electron/register.ts')

export interface DesktopOptions {
  /** The bundle of the shell. */
  readonly entry: string
  /** Where Electron would say that the program is. */
  readonly appPath: string
  /** Further arguments of the program. */
  readonly args?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** What the page gets for an address. */
export interface Served {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Electron's shell in a Node process, over the module of test/fixtures/electron/. */
export class Desktop {
  /** For the test's files; it is removed at the end. */
  readonly folder: string
  readonly ended: Promise<number | null>
  readonly #child: ChildProcess
  readonly #waiting = new Map<
    number,
    { done: (value: unknown) => void; failed: (e: Error) => void }
  >()
  readonly #listeners = new Set<(channel: string, message: unknown) => void>()
  #next = 0

  constructor(t: TestContext, { entry, appPath, args = [], environment = {} }: DesktopOptions) {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'shiliu-desktop-')))
    const own = { HOME: this.folder, SHILIU_SETTINGS: join(this.folder, 'settings') }
    this.#child = fork(entry, [...args], {
      execArgv: ['--import', register],
      env: { ...process.env, ...own, FAKE_APP_PATH: appPath, ...environment },
    })
    this.ended = once(this.#child, 'exit').then(([code]) => code as number | null)
    void this.ended.then((code) => {
      for (const { failed } of this.#waiting.values()) failed(new Error(`it ended with ${code}`))
    })
    this.#child.on('message', (message) => this.#hear(message as never))
    t.after(async () => {
      this.#child.kill('SIGKILL')
      await this.ended
      rmSync(this.folder, { recursive: true, force: true })
    })
  }

  ask<T>(what: string, ...args: unknown[]): Promise<T> {
    const id = this.#next++
    return new Promise<T>((done, failed) => {
      this.#waiting.set(id, { done: done as never, failed })
      this.#child.send({ id, what, args })
    })
  }

  /** What the page gets for a call. */
  async call<K extends Call>(name: K, input: Input<K>): Promise<Output<K>> {
    const answer = await this.ask<Answer>('call', 'main', name, input)
    if ('error' in answer) throw fromRecord(answer.error)
    return answer.output as Output<K>
  }

  /** Tells what the shell sends to its page. */
  onSent(listener: (channel: string, message: unknown) => void): void {
    this.#listeners.add(listener)
  }

  #hear(heard: Answered | Sent): void {
    if ('channel' in heard) {
      for (const tell of this.#listeners) tell(heard.channel, heard.message)
      return
    }
    const { id, value, error } = heard
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.done(value)
    else waiting?.failed(new Error(error))
  }
}

type Answered = { readonly id: number; readonly value: unknown; readonly error?: string }
type Sent = { readonly channel: string; readonly message: unknown }
