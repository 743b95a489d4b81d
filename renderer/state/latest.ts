/**
 * Asks with the latest of many inputs: one question at a time, and those that came while an answer was
 * under way are asked as one, the last. An answer that a later input has overtaken is still given, so
 * that whoever types without a pause sees something.
 */
export class Latest<I, O> {
  readonly #ask: (input: I) => Promise<O>
  readonly #answered: (input: I, output: O) => void
  readonly #failed: (input: I, error: unknown) => void
  #next: { readonly input: I } | null = null
  #isAsking = false

  constructor(
    ask: (input: I) => Promise<O>,
    answered: (input: I, output: O) => void,
    failed: (input: I, error: unknown) => void,
  ) {
    this.#ask = ask
    this.#answered = answered
    this.#failed = failed
  }

  put(input: I): void {
    this.#next = { input }
    if (!this.#isAsking) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isAsking = true
    while (this.#next) {
      const { input } = this.#next
      this.#next = null
      try {
        this.#answered(input, await this.#ask(input))
      } catch (error) {
        this.#failed(input, error)
      }
    }
    this.#isAsking = false
  }
}
