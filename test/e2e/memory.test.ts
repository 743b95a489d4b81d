import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { noWindow, openInterface } from './interface.ts'
import { idleRecipe, labelTiny, openLabelledTiny, tinyProject, trainTiny } from './tiny-project.ts'
import { assertAccessible, show } from './window.ts'

const options = { skip: noWindow }

/** The estimate that the screen shows, in MB, once it is another than `before`. */
async function estimate(page: Page, before = 0): Promise<number> {
  const shown = await page.waitForFunction((old) => {
    const text = document.querySelector('[aria-label="Memory"]')?.textContent ?? ''
    const [, size, unit] = /about ([\d.]+) (MB|GB)/.exec(text) ?? []
    const now = Number(size) * (unit === 'GB' ? 1000 : 1)
    return now > 0 && now !== old ? now : null
  }, before)
  return (await shown.jsonValue())!
}

test(
  'what a run takes in memory is shown before it starts and follows its settings',
  options,
  async (t) => {
    const window = await openLabelledTiny(t)
    const { page, app } = window
    await trainTiny(app, idleRecipe)
    await show(window, 'train')
    const first = await estimate(page)
    await page.getByRole('button', { name: 'Start training' }).waitFor()
    await assertAccessible(page)
    await page.getByRole('textbox', { name: 'Batch' }).fill('256')
    const larger = await estimate(page, first)
    assert.ok(larger > first, `${larger} MB after ${first} MB`)
    await page.getByRole('textbox', { name: 'Batch' }).fill('2')
    assert.ok((await estimate(page, larger)) < larger)
  },
)

test('a run that needs more than is free is started anyway, or with less', options, async (t) => {
  // Compute processes get the environment of the program that starts them.
  process.env['SHILIU_MEMORY_LIMIT'] = '100'
  t.after(() => delete process.env['SHILIU_MEMORY_LIMIT'])
  const window = await openInterface(t)
  const { page, app } = window
  await tinyProject(window)
  await labelTiny(app)
  await trainTiny(app, idleRecipe)
  await show(window, 'train')
  await page.getByRole('textbox', { name: 'Batch' }).fill('256')
  await page.getByText('That is more than is free').waitFor()
  await page.getByText('of 100 MB free').waitFor()
  await page.getByText(/^batch 128: about [\d.]+ MB$/).waitFor()
  await assertAccessible(page)
  await page.getByRole('textbox', { name: 'Steps' }).fill('2')
  await page.getByRole('button', { name: 'Start anyway' }).click()
  await page.getByRole('row', { name: /Run 2.*(Done|Collapsed)/ }).waitFor()
})
