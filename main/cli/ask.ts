import { createInterface } from 'node:readline'

/** Asks one question after the other, from a terminal or from piped lines. */
export interface Asking {
  /** The next line, or null when there is no more input. */
  ask(prompt: string): Promise<string | null>
  close(): void
}

export function startAsking(): Asking {
  const reader = createInterface({ input: process.stdin })
  const lines = reader[Symbol.asyncIterator]()
  return {
    async ask(prompt) {
      process.stderr.write(prompt)
      const { value, done } = await lines.next()
      return done ? null : value.trim()
    },
    close: () => reader.close(),
  }
}
