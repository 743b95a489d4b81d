import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { noWindow } from './interface.ts'
import { openScreen } from './screen.ts'
import { assertAccessible, show } from './window.ts'

const options = { skip: noWindow }

test('F6 goes through the areas that can take the focus, and around', options, async (t) => {
  const { page } = await openScreen(t, 'data')
  await page.locator('.grid:focus').waitFor()
  const area = () =>
    page.evaluate(() => {
      const all = '.command, .rail, .toolbar, .filters, section.pane, aside.pane, .statusbar'
      return document.activeElement?.closest(all)?.classList[0]
    })
  const walk = async (key: string, times: number) => {
    const places = []
    for (let i = 0; i < times; i++) {
      await page.keyboard.press(key)
      places.push(await area())
    }
    return places
  }
  assert.deepEqual(await walk('F6', 7), [
    'pane',
    'command',
    'rail',
    'toolbar',
    'filters',
    'pane',
    'pane',
  ])
  assert.equal(await page.locator(':focus').getAttribute('aria-label'), 'Import report')
  assert.deepEqual(await walk('Shift+F6', 6), [
    'pane',
    'filters',
    'toolbar',
    'rail',
    'command',
    'pane',
  ])
  await walk('F6', 2)
  assert.equal(await page.locator(':focus').getAttribute('aria-current'), 'page')
})

test('the rail is collapsed by hand, and keeps what it says', options, async (t) => {
  const { page } = await openScreen(t, 'data')
  const rail = page.getByRole('navigation')
  const width = async () => (await rail.boundingBox())!.width
  assert.equal(await width(), 164)
  await page.keyboard.press('Control+\\')
  assert.equal(await width(), 48)
  const link = rail.getByRole('link', { name: 'Data 200' })
  assert.equal(await link.getAttribute('title'), 'Data · 200')
  await assertAccessible(page)
  await page.reload()
  await rail.waitFor()
  assert.equal(await width(), 48)
  await page.keyboard.press('Control+\\')
  assert.equal(await width(), 164)
})

test(
  'at 200 % nothing is out of reach: the rail is narrow, panes are below',
  options,
  async (t) => {
    const { page } = await openScreen(t, 'data')
    await page.setViewportSize({ width: 640, height: 400 })
    for (const screen of ['data', 'task', 'label', 'train', 'review', 'rounds', 'export']) {
      await page.evaluate((name) => (location.hash = `#/${name}`), screen)
      await page.locator('.toolbar').waitFor()
      assert.equal((await page.getByRole('navigation').boundingBox())!.width, 48, screen)
      const lost = await page.evaluate(() => {
        const right = (element: Element) => element.getBoundingClientRect().right
        const isCut = (element: Element) => {
          const scroller = element.parentElement!.closest('.sheet, .scroll, .statusbar')
          return (
            right(element) > innerWidth + 1 && (scroller === null || right(scroller) > innerWidth)
          )
        }
        return [...document.querySelectorAll('button, a, input, h1, h2, aside')]
          .filter((element) => element.checkVisibility() && isCut(element))
          .map((element) => element.outerHTML.slice(0, 120))
      })
      assert.deepEqual(lost, [], screen)
      const side = page.locator('aside.pane')
      if ((await side.count()) > 0) {
        await side.first().scrollIntoViewIfNeeded()
        await side.first().focus()
      }
    }
    await assertAccessible(page)
  },
)

/** The rows of the sheet of keys: a name with its keys. */
async function sheet(page: Page): Promise<string[]> {
  await page.locator('body').press('?')
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  const rows = await dialog.locator('dl').evaluate((list) => {
    const text = (one: Element) => one.textContent.trim()
    return [...list.querySelectorAll('dt')].map((dt) => {
      const keys = [...dt.nextElementSibling!.querySelectorAll('.sr')].map(text)
      return `${text(dt)}: ${keys.join(' ')}`
    })
  })
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  return rows
}

test('the sheet of keys lists what does something here, and all of it', options, async (t) => {
  const window = await openScreen(t, 'data')
  const { page, app } = window
  await page.locator('.grid:focus').waitFor()
  const data = await sheet(page)
  for (const row of [
    'Move up and down: ArrowDown ArrowUp',
    'A page back or on: PageDown PageUp',
    'To the first, to the last: Home End',
    'Select on the way: Shift+ArrowDown Shift+ArrowUp',
  ]) {
    assert.ok(data.includes(row), `${row} in ${data.join(' | ')}`)
  }
  await page.keyboard.press('Control+4')
  await page.getByRole('heading', { name: 'Train', level: 1 }).waitFor()
  const train = await sheet(page)
  assert.ok(train.includes('Start training: Control+Enter'))
  for (const key of ['p', 'd', 't', 'Control+.']) {
    assert.ok(!train.some((row) => row.endsWith(`: ${key}`)), `${key} in ${train.join(' | ')}`)
  }
  await app.call('project.close', {})
  await show(window, '')
  await page.getByRole('button', { name: 'New project' }).waitFor()
  assert.ok(!(await sheet(page)).some((row) => /Control\+[1-7]/.test(row)))
})
