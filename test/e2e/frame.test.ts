import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScreen } from './screen.ts'
import { noBrowser } from './window.ts'

const options = { skip: noBrowser }

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
