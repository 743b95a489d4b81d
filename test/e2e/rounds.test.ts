import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noWindow } from './interface.ts'
import { openLabelledTiny, goodRecipe, idleRecipe, trainTiny } from './tiny-project.ts'
import { openTrained, until } from './trained.ts'
import { accessibilityViolations, assertAccessible } from './window.ts'

const options = { skip: noWindow }
const patience = { timeout: 240_000 }

test(
  'complaint 1: a worse round does not replace the better one; rounds are kept, taken back and given up',
  options,
  async (t) => {
    const { page, app } = await openLabelledTiny(t)
    await page.evaluate(() => (location.hash = '#/rounds'))
    await page.getByText('No rounds yet').waitFor(patience)
    await trainTiny(app, goodRecipe)
    await page.getByText(/Round 1 has an accuracy of \d+\.\d%/).waitFor(patience)
    await assertAccessible(page)

    await trainTiny(app, idleRecipe)
    const verdict = page.getByRole('status').filter({ hasText: 'Round 2 did not help.' })
    await verdict.waitFor(patience)
    assert.match(
      await verdict.innerText(),
      /points below round 1 .*60 texts.*Round 1 stays in use/s,
    )
    await page.getByText('2 rounds were compared, none is above round 1.').waitFor()
    const row = (n: number) => page.getByRole('row', { name: new RegExp(`Round ${n} `) })
    await row(1).getByText('Best').waitFor()
    await row(1).getByText('In use').waitFor()
    const broken = page.getByRole('radio', { name: /Became wrong [1-9]/ })
    assert.equal(await broken.getAttribute('aria-checked'), 'true')
    await page
      .getByRole('region', { name: 'Flipped texts' })
      .getByRole('listitem')
      .first()
      .waitFor()
    await assertAccessible(page)

    await row(2).click()
    await page.keyboard.press('b')
    await row(2).getByText('In use').waitFor(patience)
    await page.keyboard.press('u')
    await row(1).getByText('In use').waitFor(patience)
    await page.getByRole('button', { name: 'Back to round 2' }).click()
    await row(2).getByText('In use').waitFor(patience)
    await page.getByRole('button', { name: 'Back to round 1' }).click()
    await row(1).getByText('In use').waitFor(patience)

    // Figures go on when the screen is entered again.
    await page.evaluate(() => (location.hash = '#/data'))
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor()
    await page.evaluate(() => (location.hash = '#/rounds'))
    await page.getByRole('button', { name: 'Back to round 2' }).click()
    await row(2).getByText('In use').waitFor(patience)
    await page.getByRole('button', { name: 'Back to round 1' }).click()
    await row(1).getByText('In use').waitFor(patience)

    await row(2).getByRole('button', { name: 'Delete the weights of round 2' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete the weights of round 2?' })
    await dialog.getByText('cannot be brought back').waitFor()
    assert.equal(await page.evaluate(() => document.activeElement?.textContent.trim()), 'Cancel')
    assert.deepEqual(await accessibilityViolations(page), [])
    await dialog.getByRole('button', { name: 'Delete weights' }).click()
    await row(2).getByText('Weights deleted').waitFor(patience)
    assert.equal(await row(2).getByRole('button').count(), 0)
  },
)

test(
  'a round that is kept for a higher figure, though no difference is seen, says why',
  options,
  async (t) => {
    const { page, app } = await openLabelledTiny(t)
    await trainTiny(app, idleRecipe)
    await trainTiny(app, { ...goodRecipe, steps: 3 })
    await page.evaluate(() => (location.hash = '#/rounds'))
    const verdict = page.getByRole('status').filter({ hasText: 'No difference seen' })
    await verdict.waitFor(patience)
    assert.match(
      await verdict.innerText(),
      /Round 2 is now in use: the higher figure is kept, though the difference may be chance\./,
    )
  },
)

test('the round in use scores the rest and proposes, as it is asked to', options, async (t) => {
  const { page, app } = await openLabelledTiny(t)
  await trainTiny(app, goodRecipe)
  await page.evaluate(() => (location.hash = '#/rounds'))
  await page.getByText(/Round 1 has an accuracy/).waitFor(patience)
  await page.keyboard.press('Control+Enter')
  const dialog = page.getByRole('dialog', { name: 'Score the rest and propose' })
  await dialog.getByRole('textbox', { name: 'At least, a class' }).fill('7')
  await dialog.getByRole('textbox', { name: 'Share' }).fill('1')
  await dialog.getByRole('checkbox').click()
  assert.deepEqual(await accessibilityViolations(page), [])
  await page.keyboard.press('Control+Enter')
  await page.getByText('14 proposals wait for review.').waitFor(patience)
  const [job] = await app.call('jobs.list', { limit: 1 })
  assert.deepEqual((job!.input as { rule: unknown }).rule, {
    share: 0.01,
    minimum: 7,
    unanimous: false,
  })
  await page.getByRole('button', { name: 'Review' }).click()
  assert.match(page.url(), /#\/review$/)
})

test(
  'a screen that comes while a dialog is open does nothing behind it, and takes its own dialog along',
  options,
  async (t) => {
    const window = await openTrained(t, 'train', { stage: 'trained' })
    const { page, app } = window
    await page.getByRole('row', { name: /Run 1/ }).waitFor()
    await page.keyboard.press('Control+6')
    await page.getByText(/Round 1 has an accuracy/).waitFor()
    const heading = (name: string) => page.getByRole('heading', { name, level: 1 })
    const dialog = page.getByRole('dialog')
    await page.keyboard.press('?')
    await dialog.waitFor()
    await page.goBack()
    await heading('Train').waitFor()
    await page.goForward()
    await heading('Rounds').waitFor()
    await page.keyboard.press('Control+Enter')
    assert.equal(await dialog.count(), 1)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })

    await page.keyboard.press('Control+Enter')
    await dialog.getByRole('textbox', { name: 'Share' }).fill('100')
    await page.goBack()
    await heading('Train').waitFor()
    await dialog.waitFor({ state: 'detached' })
    await page.goForward()
    await heading('Rounds').waitFor()
    assert.equal(await dialog.count(), 0)
    await page.keyboard.press('Control+Enter')
    await dialog.getByRole('textbox', { name: 'Share' }).fill('100')
    await page.keyboard.press('Control+Enter')
    await dialog.waitFor({ state: 'detached' })
    await until(async () => {
      const [job] = await app.call('jobs.list', { limit: 1 })
      return job?.kind === 'propose'
    })
  },
)
