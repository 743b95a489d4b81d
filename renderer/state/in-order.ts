/** Does one piece of work after the other, in the order in which they were given. */
export class InOrder {
  #last: Promise<unknown> = Promise.resolve()

  /** What fails does not hold up what comes after it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}
