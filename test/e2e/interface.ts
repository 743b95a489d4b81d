import type { TestContext } from 'node:test'
import type { Language } from '../../core/errors.ts'
import { noBrowser, openBrowserShell } from './browser-shell.ts'
import { openStandIn } from './stand-in-shell.ts'
import type { Window } from './window.ts'

/**
 * The shell under the tests of the interface: Chromium over the browser shell. `SHILIU_TEST_SHELL` takes
 * another: `stand-in`, Electron's shell over the module that stands in for Electron, with its page in
 * Chromium.
 */
const shells = { browser: openBrowserShell, 'stand-in': openStandIn }
const shell = (process.env['SHILIU_TEST_SHELL'] || 'browser') as keyof typeof shells

/** Why tests of the interface cannot run here; undefined where they can. */
export const noWindow = noBrowser

/** The interface over the real application, for tests that hold in every shell. */
export function openInterface(t: TestContext, language: Language = 'en'): Promise<Window> {
  return shells[shell](t, language)
}
