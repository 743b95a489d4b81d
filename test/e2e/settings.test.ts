import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { noWindow } from './interface.ts'
import { decide, front, listed, openLabel } from './screen.ts'
import { assertAccessible } from './window.ts'

const options = { skip: noWindow }
const settings = (page: Page) => page.getByRole('dialog', { name: /^(Settings|设置)$/ })
const caps = (page: Page, place: string) => page.locator(`${place} kbd`).allInnerTexts()

test(
  'keys of one letter take Alt or are switched off, and what is shown follows',
  options,
  async (t) => {
    const { page } = await openLabel(t)
    assert.deepEqual(await caps(page, '.hints'), ['Space', ';', 'B'])
    await page.keyboard.press('Control+,')
    await assertAccessible(page)
    await settings(page).getByRole('radio', { name: 'With Alt' }).click()
    await page.keyboard.press('1')
    await page.keyboard.press('Escape')
    await settings(page).waitFor({ state: 'detached' })

    assert.deepEqual(await caps(page, '.hints'), ['Alt', 'Space', 'Alt', ';', 'Alt', 'B'])
    assert.deepEqual(await caps(page, '.rail'), ['Alt', '?', 'Ctrl', ','])
    const refund = page.getByRole('group', { name: 'Choose a class' }).getByRole('button').first()
    assert.equal(await refund.getAttribute('aria-keyshortcuts'), 'Alt+1')
    await page.keyboard.press('1')
    await page.keyboard.press('b')
    await decide(page, 'Alt+1')
    await page.keyboard.press('Alt+u')
    await page.getByRole('button', { name: /Redo/ }).waitFor()
    await page.keyboard.press('Alt+Shift+U')
    await page.locator('.trail li', { hasText: '退款' }).waitFor()
    await page.keyboard.press('Alt+?')
    const sheet = page.getByRole('dialog', { name: 'Shortcuts' })
    await sheet.getByText('Alt+b', { exact: true }).waitFor()
    await page.keyboard.press('Escape')

    await page.keyboard.press('Control+,')
    await settings(page).getByRole('radio', { name: 'Off' }).click()
    await page.keyboard.press('Escape')
    await page.reload()
    await page.locator('.stage:focus').waitFor()
    assert.deepEqual(await caps(page, '.hints'), ['Space'])
    assert.equal(await refund.getAttribute('aria-keyshortcuts'), null)
    const before = await front(page)
    for (const key of ['1', 'Alt+1', 'b', '?']) await page.keyboard.press(key)
    assert.equal(await front(page), before)
    await decide(page, ' ')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('none of')
    assert.deepEqual(await listed(page), ['None of these', 'Search texts for “none of”'])
  },
)

test('texts are read in the chosen size, and announcements are cut short', options, async (t) => {
  const { page } = await openLabel(t)
  const size = () =>
    page.locator('.stage .read').evaluate((text) => getComputedStyle(text).fontSize)
  const said = page.locator('.desk > [aria-live]')
  assert.equal(await size(), '22px')
  await decide(page, '1')
  assert.match(await said.innerText(), /退款.*第/)
  await page.getByRole('button', { name: 'Settings' }).click()
  await settings(page).getByRole('radio', { name: '14' }).click()
  await settings(page).getByRole('switch', { name: 'Shorter announcements' }).click()
  await settings(page).getByRole('radio', { name: 'Dark' }).click()
  await settings(page).getByRole('radio', { name: '中文' }).click()
  await settings(page).getByRole('button', { name: '关闭' }).click()
  await page.reload()
  await page.locator('.stage:focus').waitFor()
  assert.equal(await size(), '14px')
  assert.equal(await page.evaluate(() => document.documentElement.dataset['theme']), 'dark')
  await decide(page, '1')
  assert.equal(await said.innerText(), '退款，第 2 条。')
  await page.keyboard.press('Control+,')
  await settings(page).getByRole('radio', { name: '跟随系统' }).click()
  assert.equal(await page.evaluate(() => document.documentElement.dataset['theme']), undefined)
})
