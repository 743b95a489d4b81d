import type { JobEvent } from '../../core/records.ts'

/** Without a terminal a line is written this often. */
const lineEveryMs = 10_000

/** Progress on stderr: one line that is rewritten in a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #isTerminal = process.stderr.isTTY
  #phase = ''
  #first: JobEvent | null = null
  #lastAt = -Infinity

  show(event: JobEvent): void {
    if (event.phase !== this.#phase || !this.#first) {
      this.#phase = event.phase
      this.#first = event
      this.#lastAt = -Infinity
    }
    if (this.#isTerminal) process.stderr.write(`\r\u001b[K${this.#line(event)}`)
    else if (performance.now() - this.#lastAt >= lineEveryMs) {
      this.#lastAt = performance.now()
      process.stderr.write(`${this.#line(event)}\n`)
    }
  }

  note(text: string): void {
    process.stderr.write(`${this.#isTerminal ? '\r\u001b[K' : ''}${text}\n`)
  }

  end(): void {
    if (this.#isTerminal) process.stderr.write('\r\u001b[K')
  }

  #line(event: JobEvent): string {
    const { phase, done, total, figures } = event
    const share = total > 0 ? `${Math.floor((100 * done) / total)} %` : ''
    const values = Object.entries(figures).map(([name, value]) => `${name} ${rounded(value)}`)
    return [phase, share, ...values, timeLeft(this.#first!, event)].filter(Boolean).join('  ')
  }
}

function rounded(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4)
}

/** From the speed within the phase; nothing while there is too little to tell from. */
export function timeLeft(first: JobEvent, last: JobEvent): string {
  const elapsedMs = last.at - first.at
  const done = last.done - first.done
  if (elapsedMs < 1000 || done <= 0 || last.done >= last.total) return ''
  const seconds = Math.round((elapsedMs * (last.total - last.done)) / done / 1000)
  if (seconds < 90) return `${seconds} s left`
  return seconds < 5400
    ? `${Math.round(seconds / 60)} min left`
    : `${(seconds / 3600).toFixed(1)} h left`
}
