import type { StepRecord } from '../../core/job.ts'

/** At most this often is a step recorded: four times a second. */
export const recordEveryMs = 250

/**
 * Lets through four step records a second, and always the first and the last of each phase. What is
 * held back is replaced by what comes after it, or flushed when nothing comes.
 */
export class ThinnedSteps {
  readonly #emit: (step: StepRecord) => void
  readonly #everyMs: number
  #held: StepRecord | null = null
  #timer: NodeJS.Timeout | undefined
  #phase: string | undefined
  #lastAt = -Infinity

  /** `emit` is called from a timer as well, so it must not throw. */
  constructor(emit: (step: StepRecord) => void, everyMs = recordEveryMs) {
    this.#emit = emit
    this.#everyMs = everyMs
  }

  push(step: StepRecord): void {
    if (step.phase !== this.#phase) this.flush()
    const waitMs = step.phase === this.#phase ? this.#lastAt + this.#everyMs - performance.now() : 0
    this.#phase = step.phase
    this.#held = step
    if (waitMs <= 0) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), waitMs)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#held) return
    const step = this.#held
    this.#held = null
    this.#lastAt = performance.now()
    this.#emit(step)
  }
}
