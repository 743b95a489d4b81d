import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noWindow } from './interface.ts'
import { commands, focused, front, listed, openLabel } from './screen.ts'
import { assertAccessible } from './window.ts'

const options = { skip: noWindow }

test(
  'commands are found by their names in either language and run from the keyboard',
  options,
  async (t) => {
    const { page } = await openLabel(t)
    await page.keyboard.press('Control+k')
    await commands(page).getByRole('combobox').waitFor()
    const all = await listed(page)
    for (const name of [
      '退款\n1',
      'Skip\nSpace',
      'Undo\nU',
      'Data\nCtrl\n1',
      'New project',
      'Settings\nCtrl\n,',
      'Theme: dark',
    ]) {
      assert.ok(all.includes(name), `${name} in ${all.join(' | ')}`)
    }
    await assertAccessible(page)

    await page.keyboard.type('设置')
    assert.deepEqual(await listed(page), ['Settings\nCtrl\n,', 'Search texts for “设置”'])
    await page.keyboard.press('Escape')
    await commands(page).waitFor({ state: 'detached' })
    assert.match(await focused(page), /stage/)

    // What is typed before the next frame is typed into it as well.
    await page.evaluate(() => (window.requestAnimationFrame = () => 0))
    await page.keyboard.press('Control+k')
    await page.keyboard.type('undo')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    assert.equal(
      await commands(page).getByRole('option', { selected: true }).innerText(),
      'Undo\nU',
    )
    await commands(page).getByRole('combobox').fill('跳过')
    const before = await front(page)
    await page.keyboard.press('Enter')
    await page.locator('.stage .read', { hasNotText: before }).waitFor()
    assert.match(await focused(page), /stage/)

    await page.getByRole('button', { name: 'Search texts or type a command' }).click()
    await commands(page).getByRole('option', { name: 'Interface language: 中文' }).click()
    await page.getByRole('heading', { name: '标注' }).waitFor()
    await page.keyboard.press('Control+k')
    await commands(page).getByRole('combobox').fill('theme dark')
    await page.keyboard.press('Enter')
    await page.locator('html[data-theme="dark"]').waitFor()
  },
)

test(
  'what is no command is searched for in the texts; nothing happens behind or while composing',
  options,
  async (t) => {
    const { page, app } = await openLabel(t, 'zh')
    const { labels } = await app.call('project.info', {})
    await page.keyboard.press('Control+k')
    const field = commands(page).getByRole('combobox')
    await page.keyboard.type('1')
    await page.keyboard.press('Control+Enter')
    await page.keyboard.press('Control+2')
    await field.fill('没到')
    assert.deepEqual(await listed(page), ['搜索含有“没到”的文本'])
    await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })
    await field.dispatchEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true })
    assert.match(page.url(), /#\/label$/)
    assert.deepEqual((await app.call('project.info', {})).labels, labels)
    await page.keyboard.press('Enter')
    await page.getByRole('search').getByText('100 / 200 条').waitFor()
    assert.equal(await page.getByRole('textbox', { name: '搜索' }).inputValue(), '没到')
    assert.match(page.url(), /#\/data$/)

    await page.getByRole('tab', { name: '导入记录' }).click()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('要退款')
    await page.keyboard.press('Enter')
    await page.locator('mark', { hasText: '要退款' }).first().waitFor()
  },
)
