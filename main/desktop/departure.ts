/** What is needed to end in order. */
export interface Leaving {
  /** Whether what the page shows and has not saved may be lost. */
  readonly mayLose: () => Promise<boolean>
  /** Whether anything runs that ending would stop. */
  readonly isBusy: () => boolean
  /** Asks whether what runs is to be stopped. */
  readonly ask: () => Promise<boolean>
  /** Stops what runs and closes the project. */
  readonly close: () => Promise<void>
  /** Lets the window go. */
  readonly end: () => void
}

/**
 * Ends the program in order, once: asks before anything is lost that is not saved, and before it stops a
 * job, which keeps its checkpoint, and closes the project before the window goes.
 */
export class Departure {
  readonly #leaving: Leaving
  #isUnderWay = false
  #isOver = false

  constructor(leaving: Leaving) {
    this.#leaving = leaving
  }

  /** Whether everything is closed, so that the window may go. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Asking again while it is under way changes nothing. */
  async begin(): Promise<void> {
    if (this.#isUnderWay) return
    this.#isUnderWay = true
    const { mayLose, isBusy, ask, close, end } = this.#leaving
    try {
      if (!(await mayLose())) return
      if (isBusy() && !(await ask())) return
      await close()
      this.#isOver = true
      end()
    } finally {
      this.#isUnderWay = false
    }
  }
}
