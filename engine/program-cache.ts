import type { Program } from './executor.ts'

/** Compiled programs by key, as many as were used last; the others are disposed of. */
export class ProgramCache {
  /** In order of use. */
  readonly #programs = new Map<string, Program>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** The program of this key. One that is being run must not be pushed out: at most `most` run at once. */
  async of(key: string, compile: () => Program | Promise<Program>): Promise<Program> {
    const program = this.#programs.get(key) ?? (await compile())
    this.#programs.delete(key)
    this.#programs.set(key, program)
    if (this.#programs.size > this.#most) {
      const [oldest] = this.#programs.keys()
      await this.#programs.get(oldest!)!.dispose()
      this.#programs.delete(oldest!)
    }
    return program
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs.values()) await program.dispose()
    this.#programs.clear()
  }
}
