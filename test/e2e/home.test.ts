import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessibilityViolations, noBrowser, openInterface } from './window.ts'

const options = { skip: noBrowser }

test(
  'the sample opens with its texts and stands in the list of recent projects',
  options,
  async (t) => {
    const { page } = await openInterface(t, 'zh')
    assert.deepEqual(await accessibilityViolations(page), [])
    await page.getByRole('button', { name: '试用示例' }).click()
    await page.locator('.titlebar .project', { hasText: '日常点评' }).click()
    const row = page.getByRole('row', { name: /日常点评/ })
    await row.waitFor()
    assert.match(await row.innerText(), /400/)
    assert.deepEqual(await accessibilityViolations(page), [])
  },
)

test('the language and the theme change at once and stay after a reload', options, async (t) => {
  const { page } = await openInterface(t, 'en')
  await page.getByRole('button', { name: 'New project' }).waitFor()
  await page.getByRole('button', { name: '中文 / English' }).click()
  await page.getByRole('button', { name: '新建项目' }).waitFor()
  await page.getByRole('button', { name: '切换深浅' }).click()
  await page.reload()
  await page.getByRole('button', { name: '新建项目' }).waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.dataset['theme']), 'dark')
  assert.deepEqual(await accessibilityViolations(page), [])
})

test('a project is made with the keyboard, where the list of files says', options, async (t) => {
  const { page, folder } = await openInterface(t)
  await page.getByRole('button', { name: 'New project' }).waitFor()
  await page.keyboard.press('n')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill('first')
  await dialog.getByRole('button', { name: 'Save here' }).click()
  await page.locator('.titlebar .project', { hasText: 'first' }).waitFor()
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.titlebar .cut').innerText(), 'first.shiliu')
  assert.ok(folder.length > 0)
})
