import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { noWindow, openInterface } from './interface.ts'
import { root } from './shiliu.ts'
import { assertAccessible } from './window.ts'

const options = { skip: noWindow }
const parts = readdirSync(join(root, 'renderer/ui'))
  .filter((file) => file.endsWith('.svelte'))
  .map((file) => file.slice(0, -'.svelte'.length))

test('every part of the interface is on the page of parts', options, async (t) => {
  const { page } = await openInterface(t, 'zh')
  await page.goto(new URL('/parts.html', page.url()).href)
  await page.getByRole('heading', { name: '部件', exact: true }).waitFor()
  const shown = await page
    .locator('[data-part]')
    .evaluateAll((places) => places.flatMap((place) => place.getAttribute('data-part')!.split(' ')))
  assert.deepEqual(shown.toSorted(), parts.toSorted())
  await assertAccessible(page)

  const isCrossed = await page.locator('[data-part=Curve] svg').evaluate((svg) => {
    const lines = [...svg.querySelectorAll<SVGPathElement>('path:is(.now, .was)')]
    return [...svg.querySelectorAll<SVGTextElement>('.lab')].some((name) => {
      const { x, y, width, height } = name.getBBox()
      const isInside = (at: DOMPoint) =>
        at.x > x && at.x < x + width && at.y > y + 2 && at.y < y + height - 2
      return lines.some((line) => {
        const length = line.getTotalLength()
        return Array.from({ length: 600 }, (_, i) =>
          line.getPointAtLength((i / 599) * length),
        ).some(isInside)
      })
    })
  })
  assert.ok(!isCrossed, 'a line passes through the name of another')

  await page.getByRole('button', { name: '看数字' }).click()
  await page.getByRole('button', { name: '提示一次' }).click()
  await page.getByRole('button', { name: '打开菜单' }).click()
  await page.getByRole('menuitem', { name: '删除权重…' }).waitFor()
  await assertAccessible(page)
  await page.keyboard.press('x')
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '打开对话框' }).click()
  await page.getByRole('dialog', { name: '停止运行 7？' }).waitFor()
  await assertAccessible(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '中文 / English' }).click()
  await page.getByRole('heading', { name: 'Buttons' }).waitFor()
})
