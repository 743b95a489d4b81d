import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import type { Language } from '../../core/errors.ts'
import { noWindow, openInterface } from './interface.ts'
import { accessibilityViolations, type Calls, type Window } from './window.ts'

const options = { skip: noWindow }

/** A project with one long text and no task, on its Task screen. */
async function emptyTask(t: TestContext, language: Language): Promise<Window> {
  const window = await openInterface(t, language)
  const { app } = window
  const csv = join(window.folder, 'texts.csv')
  writeFileSync(csv, `text\n${'等了一个小时还没上菜。'.repeat(20)}\n`)
  await app.call('project.create', { path: join(window.folder, 'p.shiliu') })
  const { plan } = await app.call('data.preview', { path: csv })
  await app.call('jobs.wait', await app.call('data.import', { path: csv, plan }))
  await showTask(window.page)
  return window
}

/** The sample project on its Task screen. */
async function sampleTask(t: TestContext, language: Language = 'en'): Promise<Window> {
  const window = await openInterface(t, language)
  await window.app.call('project.createSample', { folder: window.folder })
  await showTask(window.page)
  await cell(window.page, 0, 1).waitFor()
  return window
}

async function showTask(page: Page): Promise<void> {
  await page.locator('.titlebar .project').waitFor()
  await page.evaluate(() => (location.hash = '#/task'))
  await page.locator('.toolbar h1').waitFor()
}

/** A cell of the sheet; row -1 has the names of the groups, column 0 those of the classes. */
function cell(page: Page, row: number, column: number): Locator {
  return page.locator(`[data-row="${row}"][data-column="${column}"]`)
}

const marked = (page: Page) => page.locator('td input[aria-invalid="true"]')

async function type(page: Page, ...steps: string[]): Promise<void> {
  for (const step of steps) {
    if (/^[A-Z]\w+/.test(step)) await page.keyboard.press(step)
    else await page.keyboard.insertText(step)
  }
}

/** The task as the project has it, once it looks like this. */
async function saved(
  { app }: Window,
  isRight: (task: NonNullable<Awaited<ReturnType<typeof current>>>) => boolean,
) {
  for (;;) {
    const version = await current(app)
    if (version && isRight(version)) return version
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const current = (app: Calls) => app.call('task.get', {})

test(
  'complaint 13: words of two characters stand at two masks, and the base model answers what the keyboard defined',
  options,
  async (t) => {
    const window = await emptyTask(t, 'zh')
    const { page } = window
    await page.waitForFunction(() => document.activeElement?.matches('[data-row="0"]'))
    assert.deepEqual(await accessibilityViolations(page), [])
    await type(page, '满意', 'Tab', '满意', 'Enter', 'ArrowLeft', '不满', 'Tab', '失望')
    await type(page, 'Alt+g', '评价', 'Enter', '好评', 'Enter', '差评')
    await type(page, 'Alt+g', '观感', 'ArrowDown', '很棒', 'Enter', '很差', 'Enter')
    await page.getByRole('textbox', { name: '句式 1' }).focus()
    await type(page, '{a}总的来说[MASK]。')
    const { task } = await saved(window, ({ task: { patterns } }) => patterns.length === 1)
    const [good, bad] = task.classes
    assert.deepEqual([good!.name, bad!.name], ['满意', '不满'])
    assert.deepEqual(
      task.groups.map(({ name, words }) => [name, words[good!.id], words[bad!.id]]),
      [
        ['组 1', '满意', '失望'],
        ['评价', '好评', '差评'],
        ['观感', '很棒', '很差'],
      ],
    )
    const answers = page.getByRole('region', { name: '未训练时的回答' }).getByRole('row')
    await answers.nth(2).waitFor()
    const texts = await answers.allInnerTexts()
    assert.match(texts[0]!, /组 1\s+评价\s+观感\s+合计/)
    assert.match(texts.join(' '), /很棒[\s\S]*很差|很差[\s\S]*很棒/)
    await page.getByText('随程序附带的底座').waitFor()
    const tokens = await page.getByRole('group', { name: '词元' }).locator('span').allInnerTexts()
    assert.equal(tokens.join('').replace(/^\[CLS\].+总/, ''), '的来说[MASK][MASK]。[SEP]')
    await page.getByText('已存盘').first().waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])
  },
)

test(
  'a cell is checked while it is typed, and a wrong word is kept and marked',
  options,
  async (t) => {
    const window = await sampleTask(t)
    const { page } = window
    const good = cell(page, 0, 3)
    assert.equal(await good.inputValue(), '很棒')
    const about = (locator: Locator) =>
      locator.evaluate((field) =>
        document.getElementById(field.getAttribute('aria-describedby')!)!.textContent.trim(),
      )
    await page.waitForFunction(() => document.querySelectorAll('td .count').length === 6)
    assert.equal(await about(good), '2 tokens: 很 棒')

    await good.focus()
    await type(page, '龘好')
    await marked(page).waitFor()
    assert.match(await about(good), /“龘” is not in the vocabulary/)
    assert.equal(await marked(page).count(), 1)
    await page.getByText('The model cannot spell the word 龘好').waitFor()
    await type(page, 'Enter')
    const { task } = await saved(window, ({ task }) => JSON.stringify(task).includes('龘好'))
    assert.equal(task.groups[2]!.words[task.classes[0]!.id], '龘好')

    await good.focus()
    await type(page, '很差')
    await page.waitForFunction(
      () => document.querySelectorAll('td [aria-invalid="true"]').length === 2,
    )
    assert.match(await about(good), /also the word of “不满”/)
    assert.match(await about(cell(page, 1, 3)), /also the word of “满意”/)
    await page.getByText('2 to correct').waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])

    await type(page, 'Escape')
    assert.equal(await good.inputValue(), '龘好')
    await type(page, '很好吃')
    await page.waitForFunction(() =>
      document.querySelector('.word.error .sr')?.textContent.includes('3 tokens'),
    )
    assert.match(await about(good), /3 tokens, should be 2/)
    assert.equal(await marked(page).count(), 1)
  },
)

test(
  'a class that is renamed or moved keeps its labels, and one in use is not removed',
  options,
  async (t) => {
    const window = await sampleTask(t)
    const { page, app } = window
    await app.call('label.fromColumn', { column: 'label', perClass: 4 })
    const { task: before } = (await current(app))!
    await cell(page, 0, 0).focus()
    await type(page, '高兴', 'Enter')
    await cell(page, 0, 0).focus()
    await type(page, 'Alt+ArrowDown')
    assert.equal(await cell(page, 1, 0).inputValue(), '高兴')
    const { task } = await saved(window, ({ task: { classes } }) => classes[1]!.name === '高兴')
    assert.deepEqual(
      task.classes.map(({ id }) => id),
      before.classes.map(({ id }) => id).reverse(),
    )
    const { classes } = await app.call('label.summary', {})
    assert.equal(classes.find((count) => count.class === before.classes[0]!.id)?.train, 4)

    await page.getByRole('button', { name: 'Remove the class “高兴”' }).click()
    await page.getByText('The class 高兴 cannot be removed: 4 labels').waitFor()
    assert.equal(await cell(page, 1, 0).inputValue(), '高兴')
    assert.equal((await current(app))!.task.classes.length, 2)
    assert.deepEqual(await accessibilityViolations(page), [])
  },
)

test('what cannot be saved stays on the screen and is said', options, async (t) => {
  const window = await sampleTask(t, 'zh')
  const { page, app } = window
  const { version } = (await current(app))!
  await cell(page, 2, 1).focus()
  await type(page, '一般', 'Enter')
  await page.getByText('未存盘：第 3 行有词，没有类别名').waitFor()
  await page.getByRole('button', { name: '日常点评' }).click()
  await page.getByRole('button', { name: '新建项目' }).waitFor()
  await showTask(page)
  assert.equal(await cell(page, 2, 1).inputValue(), '一般')
  assert.equal((await current(app))!.version, version)
  await cell(page, 2, 0).focus()
  await type(page, '中立', 'Tab')
  await saved(window, ({ task: { classes } }) => classes[2]?.name === '中立')
  await page.getByText('还缺 2 个词').waitFor()

  await page.getByRole('button', { name: '删除类别“中立”' }).click()
  await saved(window, ({ task: { classes } }) => classes.length === 2)
  await page.locator('.toast').getByRole('button', { name: '撤销' }).click()
  const { task } = await saved(window, ({ task: { classes } }) => classes.length === 3)
  assert.equal(task.groups[0]!.words[task.classes[2]!.id], '一般')
})

test(
  'U takes back what a toast tells of, and the toast shows it only where it does',
  options,
  async (t) => {
    const window = await sampleTask(t)
    const { page } = window
    const before = (await current(window.app))!.task.groups.length
    const toast = page.locator('.toast')
    const key = toast.locator('kbd')
    await page.getByRole('button', { name: 'Remove the group' }).first().click()
    await saved(window, ({ task: { groups } }) => groups.length === before - 1)
    await key.waitFor()
    await page.evaluate(() => (location.hash = '#/label'))
    await page.locator('.stage').waitFor()
    await key.waitFor({ state: 'detached' })
    await showTask(page)
    await cell(page, 0, 0).focus()
    await key.waitFor({ state: 'detached' })
    await cell(page, 0, 0).blur()
    await key.waitFor()
    await page.keyboard.press('u')
    await saved(window, ({ task: { groups } }) => groups.length === before)
    await toast.waitFor({ state: 'detached' })
  },
)

test('the next text is one key away, and another pattern is shown on it', options, async (t) => {
  const { page } = await sampleTask(t)
  const sample = page.locator('aside .read').first()
  await page.locator('.zero .bar').first().waitFor()
  const first = await sample.innerText()
  await page.keyboard.press('Control+d')
  await page.waitForFunction(
    (text) => document.querySelector('aside .read')?.textContent.trim() !== text,
    first.trim(),
  )
  await page.getByRole('button', { name: 'Add a pattern' }).click()
  const pattern = page.getByRole('textbox', { name: 'Pattern 2' })
  await pattern.focus()
  await page.getByRole('button', { name: 'mask [MASK]' }).click()
  await type(page, '，')
  await page.getByText('has no place for the text').waitFor()
  await page.getByRole('button', { name: 'text {a}' }).click()
  assert.equal(await pattern.inputValue(), '[MASK]，{a}')
  await page.getByText('tokens with this text, of 128').waitFor()
  await page.getByRole('button', { name: 'Light or dark' }).click()
  assert.deepEqual(await accessibilityViolations(page), [])
})
