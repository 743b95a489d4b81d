import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { start } from './shiliu.ts'

/** The browser shell in a process of its own, which a test may kill. */
export interface Program {
  /** Opens once. */
  readonly address: string
  /** Ends main at once, as a power cut would, and waits until it is gone. */
  kill(): Promise<void>
}

/** Serves a folder of files; the address is the one that it printed. */
export async function startProgram(t: TestContext, folder: string): Promise<Program> {
  const { child, ended } = start(['serve', '--no-open', '--root', folder], folder)
  t.after(() => child.kill('SIGKILL'))
  let printed = ''
  while (!printed.includes('\n')) {
    const [part] = (await Promise.race([
      once(child.stdout!, 'data'),
      ended.then(({ stderr }) => Promise.reject(new Error(stderr))),
    ])) as [Buffer]
    printed += part.toString()
  }
  const address = /http:\/\/\S+/.exec(printed)![0]
  return {
    address,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
