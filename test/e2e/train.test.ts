import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { noWindow, openInterface } from './interface.ts'
import { openLabelledTiny, goodRecipe, tinyProject, trainTiny } from './tiny-project.ts'
import { assertAccessible, show } from './window.ts'

const options = { skip: noWindow }
/** Longer than it takes to look at a run, stop it and start the page again. */
const longEnoughMs = 30_000
const patience = { timeout: 240_000 }

async function goTo(page: Page, screen: string): Promise<void> {
  await page.evaluate((name) => (location.hash = `#/${name}`), screen)
}

/** The step at which the running training stands, once it stands beyond another. */
async function stepBeyond(page: Page, step: number): Promise<number> {
  const found = await page.waitForFunction(
    (least) => {
      const text = document.querySelector('.job')?.textContent ?? ''
      const now = Number(/Step ([\d,]+) of/.exec(text)?.[1]?.replaceAll(',', ''))
      return now > least ? now : null
    },
    step,
    patience,
  )
  return (await found.jsonValue())!
}

test(
  'a run is started, watched over a reload, stopped with its checkpoint and gone on with to its figure',
  options,
  async (t) => {
    const { page, app } = await openLabelledTiny(t)
    const first = await trainTiny(app, goodRecipe)
    assert.equal(first.state, 'done')
    const { result } = (await app.call('train.runs', {}))[0]!
    const steps = Math.ceil(longEnoughMs / (result!.milliseconds / result!.steps))

    await goTo(page, 'train')
    await page.getByRole('row', { name: /Run 1.*Done/ }).waitFor(patience)
    const field = page.getByRole('textbox', { name: 'Steps' })
    await page.waitForFunction(
      () => document.querySelector('input')?.value === '120',
      undefined,
      patience,
    )
    await field.fill(String(steps))
    await page.keyboard.press('Control+Enter')
    await page.getByRole('img', { name: /Run 2: loss [\d.]+ at step/ }).waitFor(patience)
    await assertAccessible(page)
    const before = await stepBeyond(page, 10)
    const shown = await page.evaluate(() => {
      const { innerText: pane } = document.querySelector<HTMLElement>('main .job .share')!
      const { innerText: status } = document.querySelector<HTMLElement>('.statusbar .job')!
      const { innerText: rail } = document.querySelector<HTMLElement>('.rail [href="#/train"]')!
      const { innerText: said } = document.querySelector<HTMLElement>('main .job [role="status"]')!
      return { figures: [pane, status, rail].map((text) => /\d+%/.exec(text)?.[0]), said }
    })
    assert.equal(new Set(shown.figures).size, 1, JSON.stringify(shown.figures))
    assert.doesNotMatch(shown.said, /\b0%/)

    await page.reload()
    await page.getByRole('img', { name: /Run 2: loss [\d.]+ at step/ }).waitFor(patience)
    await stepBeyond(page, before)
    await page.keyboard.press('t')
    const numbers = page.getByRole('region', { name: /Run 2: loss/ }).getByRole('row')
    const recorded = Number(await numbers.nth(1).getByRole('cell').first().innerText())
    assert.ok(recorded < before, `the curve begins at step ${recorded}, before the reload`)
    await page.keyboard.press('t')

    await page.keyboard.press('Control+.')
    const banner = page.getByText(/Run 2 was stopped; its checkpoint at step/)
    await banner.waitFor(patience)
    await assertAccessible(page)
    const stopped = await app.call('train.runs', {})
    assert.ok(stopped[0]!.checkpoint! >= before && stopped[0]!.checkpoint! < steps)

    await page.keyboard.press('p')
    await page.getByRole('row', { name: /Run 2.*Done/ }).waitFor(patience)
    const figure = page.getByRole('region', { name: 'Held-out accuracy' })
    await figure.getByText(/^\d+\.\d%$/).waitFor(patience)
    await figure.getByText(/95% interval [\d.]+–[\d.]+, 60 texts/).waitFor()
    await page.getByRole('row', { name: /Run 2.*steps 120 → [\d,]+/ }).waitFor()
    await assertAccessible(page)
  },
)

test('Ctrl Enter starts a run, also before the screen knows its plan', options, async (t) => {
  const window = await openLabelledTiny(t)
  const { page, app, folder } = window
  await page.goto('about:blank')
  await app.call('project.create', { path: join(folder, 'second.shiliu') })
  await show(window, '')
  await page.getByRole('row', { name: join(folder, 'p.shiliu') }).click()
  await page.getByRole('heading', { name: 'Train', level: 1 }).waitFor(patience)
  await page.keyboard.press('Control+Enter')
  await page.getByRole('row', { name: /Run 1/ }).waitFor(patience)
  assert.equal((await app.call('train.runs', {})).length, 1)
})

test('what keeps a run from starting is said, with the way out', options, async (t) => {
  const window = await openInterface(t)
  const { page, app, folder } = window
  await app.call('project.create', { path: `${folder}/empty.shiliu` })
  await show(window, 'train')
  await page.getByText('The project has no texts yet.').waitFor(patience)
  await page.getByText('There is no task yet').waitFor()
  const empty = page.locator('.empty')
  assert.match(await empty.innerText(), /What is still missing stands at the right/)
  const start = page.getByRole('button', { name: 'Start training' })
  assert.equal(await start.isDisabled(), true)
  await assertAccessible(page)
  await page.getByRole('button', { name: 'Import texts' }).click()
  assert.match(page.url(), /#\/data$/)

  await page.goto('about:blank')
  await tinyProject(window)
  await show(window, 'train')
  await page.getByText('No text is labelled 好, 坏.').waitFor(patience)
  assert.match(await empty.innerText(), /What is still missing stands at the right/)
  await page.getByRole('button', { name: 'Label some' }).click()
  assert.match(page.url(), /#\/label$/)

  await app.call('label.fromColumn', { column: 'label', perClass: 16 })
  await goTo(page, 'train')
  await page.getByText('the defaults will do').waitFor(patience)
  assert.equal(await start.isEnabled(), true)
})

test('a run that goes astray shows its error and a remedy', options, async (t) => {
  const { page, app } = await openLabelledTiny(t)
  const failed = await trainTiny(app, { ...goodRecipe, steps: 5, learningRate: 1e30 })
  assert.deepEqual([failed.state, failed.error?.code], ['failed', 'train.diverged'])
  await goTo(page, 'train')
  const alert = page.getByRole('alert')
  await alert.getByText('train.diverged').waitFor(patience)
  await assertAccessible(page)
  await alert.getByRole('button', { name: 'Use learning rate 3e+29' }).click()
  assert.equal(await page.getByRole('textbox', { name: 'Learning rate' }).inputValue(), '3e+29')
})

test('a model from a folder is added as base, and a run begins from it', options, async (t) => {
  const { page, app, folder, pick } = await openLabelledTiny(t)
  const source = resolve(import.meta.dirname, '../fixtures/hugging-face/bert')
  cpSync(source, join(folder, 'bert-tiny'), { recursive: true })
  await goTo(page, 'train')
  const base = page.getByRole('combobox', { name: 'Base model' })
  const isChosen = (name: string) =>
    page.waitForFunction(
      (value) => document.querySelector('select')?.value === value,
      name,
      patience,
    )
  await isChosen('default')
  assert.match(await base.innerText(), /included · BERT · 5\.1 M · 10\.2 MB/)
  await page.getByText('4 layers of width 256, 5,090,904 parameters').waitFor()

  const add = () => page.getByRole('button', { name: 'Add a folder…' }).click()
  await pick(add, folder)
  await page.getByText(/There is no model at/).waitFor(patience)
  await page.getByRole('button', { name: 'Close' }).click()
  await isChosen('default')
  await pick(add, join(folder, 'bert-tiny'))
  await isChosen('bert-tiny')
  await page.getByText('2 layers of width 32, 19,351 parameters').waitFor()
  await assertAccessible(page)

  await goTo(page, 'task')
  await page.getByText(/Base model chosen for training\s+· 2 layers × 32/).waitFor(patience)
  await page.reload()
  await page.getByText(/Base model chosen for training\s+· 2 layers × 32/).waitFor(patience)
  await goTo(page, 'train')
  await isChosen('bert-tiny')

  await page.getByRole('textbox', { name: 'Steps' }).fill('2')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('row', { name: /Run 1.*(Done|Collapsed)/ }).waitFor(patience)
  const [run] = await app.call('train.runs', {})
  const added = (await app.call('models.list', {})).find(({ name }) => name === 'bert-tiny')
  assert.equal(run!.baseSha256, added!.sha256)
  assert.equal(run!.result!.recipe.steps, 2)

  const remove = page.getByRole('button', { name: 'Remove…' })
  const dialog = page.getByRole('dialog', { name: 'Remove the base model bert-tiny?' })
  await remove.click()
  await dialog.getByText('1 run of this project began from it.').waitFor()
  await assertAccessible(page)
  await page.keyboard.press('Escape')
  await remove.click()
  await dialog.getByRole('button', { name: 'Remove base model' }).click()
  await page.getByText('that of the last run, not listed').waitFor({ state: 'attached' })
  assert.equal(await remove.count(), 0)
  assert.deepEqual(
    (await app.call('models.list', {})).map(({ name }) => name),
    ['default'],
  )
  await base.selectOption('default')
  await page.getByText('4 layers of width 256, 5,090,904 parameters').waitFor()
  await isChosen('default')
  await page.reload()
  await isChosen('default')
})

test(
  'an optimiser and a part of the model are chosen, and stand in the differences',
  options,
  async (t) => {
    const { page, app } = await openLabelledTiny(t)
    await trainTiny(app, { ...goodRecipe, steps: 3 })
    await goTo(page, 'train')
    await page.getByRole('row', { name: /Run 1.*(Done|Collapsed)/ }).waitFor(patience)
    await page.getByText('More settings').click()
    await page.getByRole('combobox', { name: 'Optimiser' }).selectOption('LAMB')
    await page.getByRole('combobox', { name: 'What is trained' }).selectOption('last layer')
    await page.getByRole('textbox', { name: 'Parts of a batch' }).fill('0')
    await page.getByText('expected a whole number from 1, got 0').waitFor()
    await page.getByRole('textbox', { name: 'Parts of a batch' }).fill('2')
    await page.getByRole('textbox', { name: 'Steps' }).fill('3')
    await assertAccessible(page)
    await page.keyboard.press('Control+Enter')
    const row = page.getByRole('row', { name: /Run 2.*(Done|Collapsed)/ })
    await row.waitFor(patience)
    const changes = await row.locator('.differences').innerText()
    assert.match(changes, /optimiser\s*AdamW →\s*LAMB/)
    assert.match(changes, /trained\s*everything →\s*last layer/)
    assert.match(changes, /parts\s*1 →\s*2/)
  },
)
