import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import type { Language } from '../../core/errors.ts'
import type { App } from '../../main/app.ts'

/** What the page showed when a test failed. */
const failures = join(import.meta.dirname, '../../out/failures')
const fileName = (name: string) => name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80)

/** What a test asks of the application itself. */
export type Calls = Pick<App, 'call'>

/** The interface in a window, over whichever shell. */
export interface Window {
  readonly page: Page
  /** The application behind the page; nothing that the page does cuts these calls off. */
  readonly app: Calls
  /** Files are chosen and written here; it is removed at the end. */
  readonly folder: string
  /** Where the interface is, whatever it shows. */
  readonly address: string
  /** Does what asks for a path, and answers: with a file, or with the folder for something new. */
  pick(ask: () => Promise<void>, path: string): Promise<void>
}

/** The size that the screens are made for. */
export const size = { width: 1280, height: 800 }
export const locales: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en-GB' }

/**
 * A screen of the project that is open now, on a fresh page: one that shows another project would begin
 * anew by itself meanwhile.
 */
export async function show(
  { page, address }: Pick<Window, 'page' | 'address'>,
  screen: string,
): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${address}#/${screen}`)
}

/** What a page complains of, as it comes. */
export function watch(page: Page): string[] {
  // Tests run beside others; nothing is said of how long anything may take.
  page.setDefaultTimeout(180_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return complaints
}

/** After a test: keeps what the page shows if the test failed. */
export async function keepPicture(t: TestContext, page: Page): Promise<void> {
  // Its types lack what the documentation of node:test has.
  const { passed } = t as TestContext & { readonly passed: boolean }
  if (!passed) await page.screenshot({ path: join(failures, `${fileName(t.name)}.png`) })
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
