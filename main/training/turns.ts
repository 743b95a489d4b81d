/** Lets pieces of work compute one at a time, in the order in which they came, whoever asks. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /**
   * Does `work` when everything before it is over. Work that is called off does not wait for its turn,
   * for it will not compute; what comes after it still waits for what came before.
   */
  take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#last
    const result = Promise.race([before, calledOff(signal)]).then(work)
    this.#last = Promise.allSettled([before, result])
    return result
  }
}

function calledOff(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
