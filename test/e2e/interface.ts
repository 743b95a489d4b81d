import type { TestContext } from 'node:test'
import type { Language } from '../../core/errors.ts'
import { noBrowser, openBrowserShell } from './browser-shell.ts'
import { electronPath, openElectron } from './electron-shell.ts'
import { openStandIn } from './stand-in-shell.ts'
import type { Window } from './window.ts'

/**
 * The shell under the tests of the interface: Electron itself where it can be shown, otherwise Chromium
 * over the browser shell. `SHILIU_TEST_SHELL` takes another: `browser`, or `stand-in`, Electron's shell
 * over the module that stands in for Electron, with its page in Chromium.
 */
const shells = { electron: openElectron, browser: openBrowserShell, 'stand-in': openStandIn }
const usual = electronPath === null ? 'browser' : 'electron'
const shell = (process.env['SHILIU_TEST_SHELL'] || usual) as keyof typeof shells

/** Why tests of the interface cannot run here; undefined where they can. */
export const noWindow = shell === 'electron' ? undefined : noBrowser

/** The interface over the real application, for tests that hold in every shell. */
export function openInterface(t: TestContext, language: Language = 'en'): Promise<Window> {
  return shells[shell](t, language)
}
