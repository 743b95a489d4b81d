import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { TestContext } from 'node:test'
import { chromium, type Page } from 'playwright-core'
import type { Language } from '../../core/errors.ts'
import { serve, type Serving } from '../../main/serve.ts'
import { browserPath } from '../ensure-browser.ts'
import { keepPicture, locales, size, watch, type Window } from './window.ts'

/** Why tests in Chromium cannot run here; undefined where they can. */
export const noBrowser = browserPath === undefined ? 'Chromium is not installed' : undefined

export interface BrowserShell extends Window {
  readonly serving: Serving
}

/** A page and what it has complained of. */
export interface Watched {
  readonly page: Page
  readonly complaints: string[]
}

/**
 * The interface in a real Chromium over the real application. The test fails on any error of the page
 * and on any violation of the content security policy.
 */
export async function openBrowserShell(
  t: TestContext,
  language: Language = 'en',
): Promise<BrowserShell> {
  const folder = mkdtempSync(join(tmpdir(), 'shiliu-window-'))
  mkdirSync(join(folder, 'settings'))
  process.env.SHILIU_SETTINGS = join(folder, 'settings')
  const serving = await serve({ port: 0, root: folder })
  const { page, complaints } = await openPage(t, serving.invite(), language)
  t.after(async () => {
    await serving.close()
    rmSync(folder, { recursive: true, force: true })
    assert.deepEqual(complaints, [])
  })
  return {
    page,
    app: serving.app,
    serving,
    folder,
    address: new URL('/', page.url()).href,
    async pick(ask, path) {
      await ask()
      const dialog = page.getByRole('dialog')
      const isFolder = statSync(path).isDirectory()
      if (path !== folder) {
        await dialog
          .getByRole('button', { name: new RegExp(`^${RegExp.escape(basename(path))}`) })
          .click()
      }
      if (!isFolder) return
      const here = /^(Save here|保存在这里|Choose this folder|选这个文件夹)$/
      await dialog.getByRole('button', { name: here }).click()
    },
  }
}

/** A page in a real Chromium at an address of the browser shell. */
export async function openPage(
  t: TestContext,
  address: string,
  language: Language,
): Promise<Watched> {
  const watched = await openBlank(t, language)
  await watched.page.goto(address)
  return watched
}

/** An empty page in a real Chromium. */
export async function openBlank(t: TestContext, language: Language): Promise<Watched> {
  const browser = await chromium.launch({
    executablePath: browserPath!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  const context = await browser.newContext({ viewport: size, locale: locales[language] })
  const page = await context.newPage()
  t.after(async () => {
    await keepPicture(t, page)
    await browser.close()
  })
  return { page, complaints: watch(page) }
}
