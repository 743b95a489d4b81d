import { fromRecord, ShiliuError } from '../core/errors.ts'
import type { Answer, FromWorker, Question } from '../core/job.ts'
import type { Ending, Host, WorkerProcess } from './host.ts'

export type AnswerOf<Q extends Question> = Extract<Answer, { kind: Q['kind'] }>

interface Asked {
  readonly id: number
  readonly question: Question
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  /** How many processes have ended over it. */
  deaths: number
}

/** How long the process waits for another question before it gives its memory back. */
const defaultIdleMs = 120_000

/** A question that two processes ended over is not asked a third time. */
const mostDeaths = 2

/** What comes first: while somebody types, a check must not wait for scores. */
const rank: Record<Question['kind'], number> = {
  check: 0,
  pattern: 0,
  score: 1,
  memory: 2,
  adopt: 3,
}

/**
 * The assist process (decision 1): answers short questions at any time, also while a job runs. It is
 * started for the first question, ends when there was none for a while, and is started again by the
 * next. It gets one question at a time, so that one which it dies of takes no other along.
 */
export class Assist {
  readonly #host: Pick<Host, 'startWorker'>
  readonly #idleMs: number
  readonly #waiting: Asked[] = []
  #current: Asked | null = null
  #process: WorkerProcess | null = null
  #isReady = false
  #idle: NodeJS.Timeout | undefined
  #nextId = 1

  constructor(host: Pick<Host, 'startWorker'>, idleMs = defaultIdleMs) {
    this.#host = host
    this.#idleMs = idleMs
  }

  /** Errors: what the question is refused with; `assist.died`. */
  ask<Q extends Question>(question: Q): Promise<AnswerOf<Q>> {
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ id: this.#nextId++, question, resolve, reject, deaths: 0 })
      this.#next()
    }) as Promise<AnswerOf<Q>>
  }

  /** Ends the process. Questions that are not answered yet never will be. */
  close(): void {
    const open = [...(this.#current ? [this.#current] : []), ...this.#waiting.splice(0)]
    this.#end()
    for (const { reject } of open) reject(new ShiliuError('assist.died', { signal: 'closed' }))
  }

  #next(): void {
    if (this.#current !== null) return
    const first = Math.min(...this.#waiting.map(({ question }) => rank[question.kind]))
    const at = this.#waiting.findIndex(({ question }) => rank[question.kind] === first)
    clearTimeout(this.#idle)
    if (at < 0) {
      this.#idle = setTimeout(() => this.#end(), this.#idleMs).unref()
      return
    }
    this.#current = this.#waiting.splice(at, 1)[0]!
    if (this.#process === null) this.#start()
    else if (this.#isReady) this.#send()
  }

  #start(): void {
    const process = this.#host.startWorker()
    this.#process = process
    this.#isReady = false
    process.onMessage((message) => {
      if (process === this.#process) this.#hear(message)
    })
    process.onExit((ending) => {
      if (process === this.#process) this.#died(ending)
    })
  }

  #send(): void {
    const { id, question } = this.#current!
    this.#process!.send({ type: 'ask', id, question })
  }

  #hear(message: FromWorker): void {
    if (message.type === 'ready') {
      this.#isReady = true
      if (this.#current) this.#send()
    }
    if (message.type !== 'answer' && message.type !== 'refused') return
    const asked = this.#current
    if (asked?.id !== message.id) return
    this.#current = null
    if (message.type === 'answer') asked.resolve(message.answer)
    else asked.reject(fromRecord(message.error))
    this.#next()
  }

  #died({ code, signal }: Ending): void {
    const asked = this.#current
    this.#current = null
    this.#process = null
    if (asked && ++asked.deaths < mostDeaths) this.#waiting.unshift(asked)
    else asked?.reject(new ShiliuError('assist.died', { signal: signal ?? `code ${code}` }))
    this.#next()
  }

  #end(): void {
    clearTimeout(this.#idle)
    const process = this.#process
    this.#process = null
    this.#current = null
    process?.kill()
  }
}
