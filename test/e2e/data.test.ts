import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import iconv from 'iconv-lite'
import type { Page } from 'playwright-core'
import { noBrowser, openBrowserShell } from './browser-shell.ts'
import { noWindow, openInterface } from './interface.ts'
import { assertAccessible, show, type Window } from './window.ts'

const options = { skip: noWindow }
const inBrowser = { skip: noBrowser }

const openData = async (t: TestContext) => newProject(await openInterface(t, 'zh'))

/** The Data screen of a new project. */
async function newProject(window: Window): Promise<Window> {
  await window.app.call('project.create', { path: join(window.folder, 'p.shiliu') })
  await show(window, 'data')
  await window.page.getByRole('heading', { name: '把文件拖到这里' }).waitFor()
  return window
}

/** Imports texts through the application, and gives the project two classes. */
async function importTexts({ app, folder }: Window, texts: readonly string[]): Promise<void> {
  const path = join(folder, 'texts.csv')
  writeFileSync(path, `id,text\n${texts.map((text, i) => `r${i},${text}`).join('\n')}\n`)
  const { plan } = await app.call('data.preview', { path })
  const { job } = await app.call('data.import', { path, plan })
  assert.equal((await app.call('jobs.wait', { job })).state, 'done')
  await app.call('task.set', {
    classes: [{ name: '退款' }, { name: '物流' }],
    patterns: ['{a}。这是[MASK]。'],
    groups: [{ name: '甲', words: { 退款: '钱', 物流: '货' } }],
  })
}

/** Until the preview has gone, whose rows look like those of the table. */
const imported = (page: Page) =>
  page.getByRole('heading', { name: '导入预览' }).waitFor({ state: 'detached' })

const hits = (page: Page, text: string) =>
  page.getByRole('search').getByRole('status').filter({ hasText: text }).waitFor()

test(
  'a GB18030 file is looked at, its columns are assigned, and its rejected row is reported',
  options,
  async (t) => {
    const window = await openData(t)
    const { page, folder, app, pick } = window
    await assertAccessible(page)
    const lines = ['会话,内容,渠道', 'S1,退款一直不动,网页', 'S2,,网页', 'S3,物流很慢,电话']
    writeFileSync(join(folder, '会话.csv'), iconv.encode(`${lines.join('\n')}\n`, 'gb18030'))
    await pick(() => page.keyboard.press('Control+i'), join(folder, '会话.csv'))
    await page.getByRole('cell', { name: '退款一直不动' }).waitFor()
    assert.match(await page.getByLabel('编码').locator('option:checked').innerText(), /GB18030/)
    await page.getByLabel('编号列').selectOption('会话')
    await page.getByRole('columnheader', { name: '会话 编号列' }).waitFor()
    await assertAccessible(page)
    await page.keyboard.press('Control+Enter')
    await imported(page)
    const row = page.getByRole('row', { name: /物流很慢/ })
    await row.waitFor()
    assert.match(await row.innerText(), /4\s+物流很慢\s+S3/)
    const report = page.getByRole('complementary', { name: '导入报告' })
    await report.getByText('列“内容”里的文本是空的').waitFor()
    assert.match(await report.innerText(), /第 3 行/)
    await assertAccessible(page)
    const [record] = await app.call('data.imports', {})
    assert.deepEqual([record!.added, record!.repeated, record!.rejected], [2, 0, 1])
    await page.getByRole('tab', { name: '导入记录' }).click()
    await page.getByRole('row', { name: /会话.csv 2 0 1/ }).waitFor()
    await assertAccessible(page)
  },
)

// A file that a test makes is nowhere on the disk: it can be sent, but has no path.
test('a dropped file is sent, and the way it is read can be changed', inBrowser, async (t) => {
  const { page, app } = await newProject(await openBrowserShell(t, 'zh'))
  await page.evaluate(() => {
    const content = '很好;真的\n不好;也许\n'
    const data = new DataTransfer()
    data.items.add(new File([content], '评论.csv', { type: 'text/csv' }))
    document.body.dispatchEvent(
      new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }),
    )
  })
  await page.getByRole('heading', { name: '导入预览' }).waitFor()
  await page.getByLabel('分隔符').selectOption({ label: '分号' })
  const header = page.getByRole('switch', { name: '第一行是表头' })
  if ((await header.getAttribute('aria-checked')) === 'true') await header.click()
  await page.getByRole('cell', { name: '真的', exact: true }).waitFor()
  await page.getByLabel('编码').selectOption('utf-16le')
  await page.getByRole('alert').waitFor()
  assert.ok(await page.getByRole('button', { name: '开始导入' }).isDisabled())
  await assertAccessible(page)
  await page.getByLabel('编码').selectOption('utf-8')
  await page.getByRole('alert').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '开始导入' }).click()
  await imported(page)
  await page.getByRole('row', { name: /不好/ }).waitFor()
  assert.equal((await app.call('project.info', {})).texts, 2)
})

test(
  'a quote that is never closed is shown with its line, and can be taken as it is',
  options,
  async (t) => {
    const { page, folder, app, pick } = await openData(t)
    writeFileSync(join(folder, '屏幕.csv'), 'id,text\n1,很好\n2,"没有闭合\n')
    await pick(() => page.keyboard.press('Control+i'), join(folder, '屏幕.csv'))
    await page.getByRole('alert').filter({ hasText: '第 3 行打开的引号' }).waitFor()
    await assertAccessible(page)
    await page.getByRole('button', { name: '把引号当作普通字符' }).click()
    await page.getByRole('cell', { name: '"没有闭合' }).waitFor()
    await page.keyboard.press('Control+Enter')
    await imported(page)
    await page.getByRole('row', { name: /没有闭合/ }).waitFor()
    const texts = await app.call('data.texts', {})
    assert.deepEqual(
      texts.map(({ a }) => a),
      ['很好', '"没有闭合'],
    )
  },
)

test(
  'complaint 21: one character is found and marked, and filters narrow what is found',
  options,
  async (t) => {
    const window = await openData(t)
    const { page, app } = window
    await importTexts(
      window,
      Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `第${i}单要退款` : `第${i}单没到`)),
    )
    const { ids } = await app.call('data.find', { query: '退' })
    const { task } = (await app.call('project.info', {})).task!
    await app.call('label.set', {
      edits: ids
        .slice(0, 5)
        .map((text) => ({ text, mark: { state: 'class' as const, class: task.classes[0]!.id } })),
    })
    await page
      .getByRole('row', { name: /第59单/ })
      .or(page.getByRole('grid'))
      .first()
      .waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('退')
    await hits(page, '20 / 60 条')
    assert.equal(await page.locator('mark').first().innerText(), '退')
    await page.getByRole('button', { name: '标签', exact: true }).click()
    await page.getByRole('menuitemradio', { name: '未标注' }).click()
    await hits(page, '15 / 60 条')
    await page.getByRole('button', { name: '去掉条件：标签' }).click()
    await page.getByRole('button', { name: '类别', exact: true }).click()
    await assertAccessible(page)
    await page.getByRole('menuitemradio', { name: '退款' }).click()
    await hits(page, '5 / 60 条')
    await assertAccessible(page)
    await page.reload()
    await hits(page, '5 / 60 条')
    await page.getByRole('button', { name: '去掉条件：类别' }).click()
    await page.keyboard.press('/')
    await page.keyboard.type('没有的词')
    await page.getByRole('heading', { name: '没有符合条件的文本' }).waitFor()
    await page.getByRole('button', { name: '去掉全部条件' }).click()
    await hits(page, '60 / 60 条')
  },
)

test(
  'the keyboard opens a text, labels it, takes that back, and labels several',
  options,
  async (t) => {
    const window = await openData(t)
    const { page, app } = window
    await importTexts(window, ['很好', '不好', '一般', '还行'])
    const grid = page.getByRole('grid', { name: '文本表' })
    await page.getByRole('row', { name: /还行/ }).waitFor()
    await grid.focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const detail = page.getByRole('complementary', { name: '文本详情' })
    await detail.getByText('r1').waitFor()
    await page.keyboard.press('l')
    await page.getByRole('menuitem', { name: /物流/ }).waitFor()
    await assertAccessible(page)
    await page.keyboard.press('2')
    await detail.getByText('人工').waitFor()
    assert.match(await page.getByRole('row', { name: /不好/ }).innerText(), /物流\s*人工/)
    await page.keyboard.press('u')
    await detail.getByText('未标注').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('已选 2 条').waitFor()
    await page.keyboard.press('l')
    await page.keyboard.press('b')
    await page.getByText('2 条标为“都不是”').waitFor()
    await assertAccessible(page)
    const none = await app.call('data.texts', { label: 'none' })
    assert.deepEqual(
      none.map(({ a }) => a),
      ['不好', '一般'],
    )
  },
)

test('rows of the held-out set are marked', options, async (t) => {
  const window = await openData(t)
  const { page, app } = window
  await importTexts(window, ['很好', '不好', '一般', '还行'])
  await hits(page, '4 / 4 条')
  await app.call('label.drawHeldOut', { size: 1 })
  const [heldOut] = await app.call('data.texts', { scope: 'heldout' })
  await page
    .getByRole('row')
    .filter({ hasText: '留出集' })
    .filter({ hasText: heldOut!.a })
    .waitFor()
  assert.equal(await page.getByRole('gridcell', { name: '留出集' }).count(), 1)
  await assertAccessible(page)
})

test(
  'a hundred thousand rows are scrolled to the end with few of them drawn',
  options,
  async (t) => {
    const window = await openData(t)
    const { page } = window
    await importTexts(
      window,
      Array.from({ length: 100_000 }, (_, i) => `第${i + 1}条评论，${(i * 7919) % 1000}号商品`),
    )
    await hits(page, '100,000 / 100,000 条')
    const grid = page.getByRole('grid', { name: '文本表' })
    assert.equal(await grid.getAttribute('aria-rowcount'), '100001')
    await grid.focus()
    await page.keyboard.press('End')
    const last = page.getByRole('row', { name: /第100000条评论/ })
    await last.waitFor()
    assert.equal(await last.getAttribute('aria-rowindex'), '100001')
    assert.ok((await grid.getByRole('row').count()) < 60)
    await grid.evaluate((element) => (element.scrollTop = element.scrollHeight / 2))
    await page.getByRole('row', { name: /第50005条评论/ }).waitFor()
    await page.keyboard.press('PageUp')
    await page.getByRole('row', { name: /第99980条评论/ }).waitFor()
    await assertAccessible(page)
  },
)

test('an import can be stopped, and what was written stays', options, async (t) => {
  const { page, folder, app } = await openData(t)
  const path = join(folder, 'long.txt')
  writeFileSync(path, Array.from({ length: 60_000 }, (_, i) => `第${i}条，内容不同`).join('\n'))
  const { plan } = await app.call('data.preview', { path })
  const { job } = await app.call('data.import', { path, plan })
  await page.getByRole('button', { name: '取消导入' }).click()
  assert.equal((await app.call('jobs.wait', { job })).state, 'cancelled')
  await page.getByText('已写入的各行都在').waitFor()
  await assertAccessible(page)
  await page.getByRole('button', { name: '知道了' }).click()
  await page.getByText('已写入的各行都在').waitFor({ state: 'detached' })
})
