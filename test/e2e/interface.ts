import type { TestContext } from 'node:test'
import type { Language } from '../../core/errors.ts'
import { noBrowser, openBrowserShell } from './browser-shell.ts'
import type { Window } from './window.ts'

/** Why tests of the interface cannot run here; undefined where they can. */
export const noWindow = noBrowser

/** The interface over the real application, for tests that hold in every shell. */
export function openInterface(t: TestContext, language: Language = 'en'): Promise<Window> {
  return openBrowserShell(t, language)
}
