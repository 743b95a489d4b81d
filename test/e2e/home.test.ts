import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page, Request } from 'playwright-core'
import type { ErrorRecord } from '../../core/errors.ts'
import { type BrowserShell, noBrowser, openBrowserShell } from './browser-shell.ts'
import { noWindow, openInterface } from './interface.ts'
import { goodRecipe, labelTiny, tinyProject } from './tiny-project.ts'
import { accessibilityViolations, show } from './window.ts'

const options = { skip: noWindow }
const inBrowser = { skip: noBrowser }

/** Another page of the same program, in a browser of its own. */
async function secondPage({ page, serving }: BrowserShell): Promise<Page> {
  const other = await page.context().browser()!.newPage({ locale: 'en-GB' })
  await other.goto(serving.invite())
  return other
}

test(
  'the sample opens with its texts and stands in the list of recent projects',
  options,
  async (t) => {
    const { page, folder } = await openInterface(t, 'zh')
    await page.getByText(`项目文件建在 ${folder}`).waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])
    await page.keyboard.press('s')
    await page.locator(`.titlebar [title="${join(folder, '日常点评.shiliu')}"]`).waitFor()
    await page.locator('.titlebar .project', { hasText: '日常点评' }).click()
    const row = page.getByRole('row', { name: /日常点评/ })
    await row.waitFor()
    assert.match(await row.innerText(), /400/)
    assert.deepEqual(await accessibilityViolations(page), [])
  },
)

test('labels beyond sixteen a class are told apart, everywhere alike', options, async (t) => {
  const window = await openInterface(t)
  const { page, app, folder } = window
  await app.call('project.createSample', { folder })
  await app.call('label.drawHeldOut', { size: 100 })
  await app.call('label.fromColumn', { column: 'label', perClass: 18 })
  await show(window, 'train')
  await page.getByText('4 of them beyond sixteen a class').waitFor()
  await page.getByRole('link', { name: 'Label 32 / 32' }).waitFor()
  await show(window, 'label')
  await page.locator('.toolbar', { hasText: 'all 32 done, 4 beyond sixteen a class' }).waitFor()
  await show(window, '')
  await page.getByRole('gridcell', { name: '32 / 32 and 4 more' }).waitFor()
  assert.deepEqual(await accessibilityViolations(page), [])
})

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

test('a project is made with the keyboard, where the list of files says', inBrowser, async (t) => {
  const { page, folder } = await openBrowserShell(t)
  await page.getByRole('button', { name: 'New project' }).waitFor()
  await page.keyboard.press('n')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill('first')
  await dialog.getByRole('button', { name: 'Save here' }).click()
  await page.locator('.titlebar .project', { hasText: 'first' }).waitFor()
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.brand > .cut').innerText(), 'first.shiliu')
  assert.ok(folder.length > 0)
})

test(
  'opening another project asks before it stops a job, and the harmless button has the focus',
  options,
  async (t) => {
    const window = await openInterface(t)
    const { page, app, folder } = window
    const [first, second] = [join(folder, 'p.shiliu'), join(folder, 'second.shiliu')]
    await app.call('project.create', { path: second })
    await tinyProject(window)
    await labelTiny(app)
    const recipe = { ...goodRecipe, steps: 100_000 }
    const { job } = await app.call('train.start', { base: join(folder, 'base'), recipe })
    const dialog = page.getByRole('dialog')
    await page.getByRole('row', { name: second }).click()
    await dialog.getByText('Train · If it stops, it keeps its last checkpoint').waitFor()
    await dialog.locator('button:focus', { hasText: 'Stay' }).waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    assert.ok(['queued', 'running'].includes((await app.call('jobs.get', { job })).state))

    await page.getByRole('button', { name: 'Try the sample' }).click()
    await dialog.getByRole('button', { name: 'Stop and create' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('row', { name: second }).click()
    await dialog.getByRole('button', { name: 'Stop and open' }).click()
    await page.locator('.titlebar .project', { hasText: 'second' }).waitFor()
    await app.call('project.open', { path: first })
    assert.equal((await app.call('jobs.get', { job })).state, 'cancelled')
  },
)

test(
  'a project that another page opens is followed, and no decision of the former gets into it',
  inBrowser,
  async (t) => {
    const window = await openBrowserShell(t)
    const { page, app } = window
    await page.getByRole('button', { name: 'Try the sample' }).click()
    await page.getByRole('heading', { name: 'Label' }).waitFor()
    await page.locator('.stage').waitFor()
    const { path: former } = await app.call('project.info', {})
    // The first decision stays on its way, and the second waits for it.
    const underWay: Request[] = []
    await page.route('**/call/label.set', (route) => void underWay.push(route.request()))
    await page.keyboard.press('1')
    await page.keyboard.press('2')
    const other = await secondPage(window)
    const loaded = page.waitForEvent('load')
    await other.getByRole('button', { name: 'Try the sample' }).click()
    await other.locator('.titlebar .project', { hasText: '日常点评 2' }).waitFor()
    assert.match(other.url(), /#\/label$/)
    await loaded
    await page.locator('.titlebar .project', { hasText: '日常点评 2' }).waitFor()
    assert.match(page.url(), /#\/label$/)
    const late = underWay[0]!
    const headers = await late.allHeaders()
    const answer = await page.request.post(late.url(), { headers, data: late.postData()! })
    const { error } = (await answer.json()) as { error: ErrorRecord }
    assert.equal(error.code, 'project.other')
    assert.deepEqual(await app.call('label.journal', {}), [])
    // What was not written waits where it belongs.
    await other.evaluate(() => (location.hash = ''))
    await other.getByRole('row', { name: former }).click()
    await page.getByRole('heading', { name: '2 decisions' }).waitFor()
  },
)
