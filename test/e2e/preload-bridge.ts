import type { Page } from 'playwright-core'
import type { Answer } from '../../core/contract.ts'
import { fromRecord } from '../../core/errors.ts'
import type { Calls, Window } from './window.ts'

/** What Electron and its stand-in have each of their own. */
export interface DesktopParts extends Pick<Window, 'page' | 'folder' | 'address'> {
  /**
   * A page beside the interface's, which shows nothing of it: the test's own calls go through its bridge,
   * while the interface begins anew as often as it likes.
   */
  readonly caller: Page
  /** The path that the system's dialog for files gives from now on. */
  choose(path: string): Promise<void>
}

/** A page of the interface's origin that is not the interface. */
export const callerAt = (address: string) => new URL('/seed.svg', address).href

/** The interface over what the preload script exposes. */
export function overBridge({ caller, choose, ...parts }: DesktopParts): Window {
  return {
    ...parts,
    app: callsThrough(caller),
    async pick(ask, path) {
      await choose(path)
      await ask()
    },
  }
}

type Exposed = { readonly shiliu: { call(...call: unknown[]): Promise<Answer> } }

function callsThrough(caller: Page): Calls {
  return {
    async call(name, input) {
      const answer = await caller.evaluate(
        ([name, input]) => (window as unknown as Exposed).shiliu.call(name, input, null),
        [name, input] as const,
      )
      if ('error' in answer) throw fromRecord(answer.error)
      return answer.output as never
    },
  }
}
