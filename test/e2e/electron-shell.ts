import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import type { Language } from '../../core/errors.ts'
import { addressOf } from '../../main/desktop/page.ts'
import { electronProgram, obstacle } from '../../main/start/window.ts'
import { callerAt, overBridge } from './preload-bridge.ts'
import { root } from './shiliu.ts'
import { keepPicture, locales, show, size, watch, type Window } from './window.ts'

/** Playwright starts Electron without Chromium's sandbox, so that root is nothing in the way. */
const surroundings = {
  platform: process.platform,
  user: undefined,
  environment: process.env,
}

/** Electron's program, where it is and a window of it can be shown. */
export const electronPath = obstacle(surroundings) ? null : electronProgram(root, surroundings)

export interface StartedElectron {
  readonly electron: ElectronApplication
  readonly page: Page
  readonly folder: string
  readonly address: string
}

/** The program in Electron itself. The test fails on any error of its page. */
export async function startElectron(
  t: TestContext,
  language: Language = 'en',
): Promise<StartedElectron> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'shiliu-electron-')))
  const settings = join(folder, 'settings')
  mkdirSync(settings)
  const locale = locales[language]
  const electron = await _electron.launch({
    executablePath: electronPath!,
    args: [`--lang=${locale}`, root],
    locale,
    env: {
      // The keys to the screen lie in the user's folder, where nothing else says.
      XAUTHORITY: join(homedir(), '.Xauthority'),
      ...process.env,
      HOME: folder,
      USERPROFILE: folder,
      SHILIU_SETTINGS: settings,
    },
  })
  let complaints: string[] = []
  t.after(async () => {
    const [page] = electron.windows()
    if (page) await keepPicture(t, page)
    // At once, whatever runs or is not saved; it may be gone already.
    await electron.evaluate(({ app }) => app.exit()).catch(() => undefined)
    await electron.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    assert.deepEqual(complaints, [])
  })
  const page = await electron.firstWindow()
  complaints = watch(page)
  const window = await electron.browserWindow(page)
  await window.evaluate((window, { width, height }) => window.setContentSize(width, height), size)
  // Playwright comes to a page that is there already, and to its complaints and language too late.
  await page.waitForLoadState()
  const address = addressOf('home', 0)
  await show({ page, address }, '')
  return { electron, page, folder, address }
}

/** The interface in Electron itself, over the real application. */
export async function openElectron(t: TestContext, language: Language = 'en'): Promise<Window> {
  const { electron, page, folder, address } = await startElectron(t, language)
  return overBridge({
    page,
    folder,
    address,
    caller: await openCaller(electron, callerAt(address)),
    choose: (path) =>
      electron.evaluate(({ dialog }, path) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
      }, path),
  })
}

/** A window that is not shown, with the bridge of the one that is. */
async function openCaller(electron: ElectronApplication, address: string): Promise<Page> {
  const opened = electron.waitForEvent('window')
  await electron.evaluate(
    ({ BrowserWindow }, { address, preload }) => {
      const hidden = new BrowserWindow({ show: false, webPreferences: { preload } })
      return hidden.loadURL(address)
    },
    { address, preload: join(root, 'out/preload/index.cjs') },
  )
  return opened
}
