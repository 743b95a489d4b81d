import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { chromium, type Page } from 'playwright-core'
import { serve, type Serving } from '../../main/serve.ts'
import { browserPath } from '../ensure-browser.ts'

/** What the page showed when a test failed. */
const failures = join(import.meta.dirname, '../../out/failures')
const fileName = (name: string) => name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80)

/** Why tests of the interface cannot run here; undefined where they can. */
export const noBrowser = browserPath === undefined ? 'Chromium is not installed' : undefined

export interface Window {
  readonly page: Page
  readonly serving: Serving
  /** Files are listed and written here; it is removed at the end. */
  readonly folder: string
}

/**
 * The interface in a real Chromium over the real application. The test fails on any error of the page
 * and on any violation of the content security policy.
 */
export async function openInterface(t: TestContext, language: 'zh' | 'en' = 'en'): Promise<Window> {
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
  return { page, serving, folder }
}

/**
 * A screen of the project that is open now, on a fresh page: one that shows another project would begin
 * anew by itself meanwhile.
 */
export async function show({ page, serving }: Window, screen: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${serving.invite()}#/${screen}`)
}

/** A page in a real Chromium at an address of the browser shell, and what it has complained of. */
export async function openPage(
  t: TestContext,
  address: string,
  language: 'zh' | 'en',
): Promise<{ page: Page; complaints: string[] }> {
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
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
  })
  // Tests run beside others; nothing is said of how long anything may take.
  page.setDefaultTimeout(180_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  t.after(async () => {
    // Its types lack what the documentation of node:test has.
    const { passed } = t as TestContext & { readonly passed: boolean }
    if (!passed) await page.screenshot({ path: join(failures, `${fileName(t.name)}.png`) })
    await browser.close()
  })
  await page.goto(address)
  return { page, complaints }
}

const axeSource = readFileSync(
  new URL('../../node_modules/axe-core/axe.min.js', import.meta.url),
  'utf8',
)

/** What axe finds wrong with the page as it is: rule and place. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // Evaluated through the debugger, which the policy does not bind.
  await page.evaluate(axeSource)
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[]
        }>
      }
    }
    return (await axe.run()).violations
  })
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
  )
}

/** Changes the theme, and waits until no colour is on its way from one to the other. */
export async function inTheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.evaluate(async () => {
    await new Promise(requestAnimationFrame)
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished))
  })
}

/** axe finds nothing wrong with the page as it is, in both themes. */
export async function assertAccessible(page: Page): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    await inTheme(page, theme)
    assert.deepEqual(await accessibilityViolations(page), [], theme)
  }
}
