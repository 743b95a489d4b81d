import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import type { Language } from '../../core/errors.ts'
import { openInterface } from './interface.ts'
import { show, type Window } from './window.ts'

/** A project with texts and two classes, at one of its screens. */
export async function openScreen(
  t: TestContext,
  screen: string,
  language: Language = 'en',
): Promise<Window> {
  const window = await openInterface(t, language)
  const { page, app, folder } = window
  await app.call('project.create', { path: join(folder, 'p.shiliu') })
  const path = join(folder, 'texts.csv')
  const rows = Array.from(
    { length: 200 },
    (_, i) => `r${i},第${i}单${i % 2 === 0 ? '要退款' : '没到'}`,
  )
  writeFileSync(path, `id,text\n${rows.join('\n')}\n`)
  const { plan } = await app.call('data.preview', { path })
  const { job } = await app.call('data.import', { path, plan })
  assert.equal((await app.call('jobs.wait', { job })).state, 'done')
  await app.call('task.set', {
    classes: [{ name: '退款' }, { name: '物流' }],
    patterns: ['{a}。这是[MASK]。'],
    groups: [{ name: '甲', words: { 退款: '钱', 物流: '货' } }],
  })
  await show(window, screen)
  await page.locator('.rail').waitFor()
  await page.locator('.toolbar').waitFor()
  return window
}

export const openLabel = async (t: TestContext, language: Language = 'en') => {
  const window = await openScreen(t, 'label', language)
  await window.page.locator('.stage:focus').waitFor()
  return window
}

/** What has the focus, by its class. */
export const focused = (page: Page) => page.evaluate(() => document.activeElement!.className)
/** The text that is to be labelled. */
export const front = (page: Page) => page.locator('.stage .read').first().innerText()
export const commands = (page: Page) => page.getByRole('dialog', { name: /^(Commands|命令)$/ })
export const listed = (page: Page) => commands(page).getByRole('option').allInnerTexts()

/** Presses a key that brings another text. */
export async function decide(page: Page, key: string): Promise<void> {
  const before = await front(page)
  await page.keyboard.press(key)
  await page.locator('.stage .read', { hasNotText: before }).waitFor()
}
