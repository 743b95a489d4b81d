import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'

/** PyTorch in a process of its own, asked line by line (`peer.py`). */
export class Peer {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: Interface
  readonly #ended: Promise<never>

  constructor(python: string) {
    // PyTorch has the allocator that it has anywhere.
    const { GLIBC_TUNABLES: _, ...env } = process.env
    this.#child = spawn(python, [join(import.meta.dirname, 'peer.py')], { env })
    this.#child.stderr.pipe(process.stderr)
    this.#lines = createInterface(this.#child.stdout)
    this.#ended = once(this.#child, 'exit').then(() => {
      throw new Error('Python ended: are torch and transformers installed?')
    })
    this.#ended.catch(() => undefined)
  }

  /** Error: what the peer refused, or that it ended. */
  async ask<T>(command: string, input: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const line = once(this.#lines, 'line').then(([text]) => JSON.parse(String(text)) as T)
    this.#child.stdin.write(`${JSON.stringify({ do: command, ...input })}\n`)
    const answer = await Promise.race([line, this.#ended])
    const { error } = answer as { error?: string }
    if (error !== undefined) throw new Error(`${command}: ${error}`)
    return answer
  }

  close(): void {
    this.#child.removeAllListeners('exit')
    this.#child.kill()
  }
}
