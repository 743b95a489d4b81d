import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { AuditId } from '../../core/project.ts'
import type { Proposal } from '../../core/records.ts'
import { noBrowser, openBrowserShell } from './browser-shell.ts'
import { noWindow, openInterface } from './interface.ts'
import { openTrained, showTrained, until } from './trained.ts'
import { accessibilityViolations, type Calls, show } from './window.ts'

const options = { skip: noWindow }
const inBrowser = { skip: noBrowser }

const queueOf = (app: Calls, limit = 300) => app.call('review.queue', { limit })
const waiting = async (app: Calls) => (await app.call('review.count', {})).count

/** Key of the class that a proposal names, or of the other one. */
async function keyOf(app: Calls, proposed: string, isOther = false): Promise<string> {
  const { classes } = (await app.call('task.get', {}))!.task
  const at = classes.findIndex(({ id }) => id === proposed)
  return String(isOther ? 2 - at : at + 1)
}

async function ready(page: Page): Promise<void> {
  await page.getByRole('option').first().waitFor()
  await page.getByRole('button', { name: 'Start the audit' }).waitFor()
}

async function showsFirst(page: Page, { a }: Proposal): Promise<void> {
  await page.getByRole('option', { selected: true }).filter({ hasText: a }).waitFor()
  await page.getByRole('region', { name: 'Text', exact: true }).getByText(a).waitFor()
}

/** Changes to the dark theme and waits until every colour has arrived. */
async function inDark(page: Page): Promise<void> {
  await page.evaluate(async () => {
    document.documentElement.dataset['theme'] = 'dark'
    await Promise.all(document.getAnimations().map((animation) => animation.finished))
  })
}

/** Chooses threshold and size of an audit and draws it with its key. */
async function drawAudit(page: Page, percent: number): Promise<void> {
  await page.getByLabel('Threshold', { exact: true }).fill(String(percent))
  await page.getByRole('radio', { name: '60' }).click()
  await page.getByRole('region', { name: 'Text', exact: true }).click()
  await page.keyboard.press('Shift+A')
  await page.getByText('Proposals are hidden during the audit').waitFor()
}

/** Answers an open audit with the keys of the classes, the first `wrong` texts with the other class. */
async function answerAudit(page: Page, app: Calls, wrong: number): Promise<void> {
  const audit = (await app.call('audit.list', {})).at(-1)!
  const items = await app.call('audit.items', { audit: audit.id })
  for (const [i, item] of items.entries()) {
    await page.keyboard.press(await keyOf(app, item.class, i < wrong))
  }
}

/** An audit of every proposal that has passed without an error. */
async function passedAudit(app: Calls): Promise<AuditId> {
  const { id: audit } = await app.call('audit.create', { threshold: 0.7, size: 60 })
  const items = await app.call('audit.items', { audit })
  const answers = items.map(({ text, class: id }) => {
    return { text, answer: { state: 'class' as const, class: id } }
  })
  await app.call('audit.answer', { audit, answers })
  return audit
}

test(
  'approve, reject and correct take one key each; undo restores the queue',
  options,
  async (t) => {
    const { page, app } = await openTrained(t, 'review')
    await ready(page)
    const before = await queueOf(app)
    await showsFirst(page, before[0]!)
    await page.keyboard.press('a')
    await showsFirst(page, before[1]!)
    await page.keyboard.press('x')
    await showsFirst(page, before[2]!)
    await page.keyboard.press(await keyOf(app, before[2]!.class, true))
    await showsFirst(page, before[3]!)
    await page.keyboard.press('b')
    await until(async () => (await waiting(app)) === before.length - 4)
    const decisionOf = async (proposal: Proposal) => {
      const { proposals } = await app.call('data.text', { id: proposal.text })
      return [proposals[0]!.decision, proposals[0]!.label?.state]
    }
    assert.deepEqual(await Promise.all(before.slice(0, 4).map(decisionOf)), [
      ['approved', 'class'],
      ['rejected', undefined],
      ['corrected', 'class'],
      ['corrected', 'none'],
    ])
    for (const proposal of before.slice(0, 4).toReversed()) {
      await page.keyboard.press('u')
      await showsFirst(page, proposal)
    }
    assert.deepEqual(await queueOf(app), before)
    await page.keyboard.press('Shift+U')
    await showsFirst(page, before[1]!)
    assert.equal(await waiting(app), before.length - 1)
  },
)

test('nothing is the answer before a key is pressed', options, async (t) => {
  const { page } = await openTrained(t, 'review')
  await ready(page)
  const looks = await page
    .getByRole('group', { name: 'Correct to' })
    .getByRole('button')
    .evaluateAll((buttons) =>
      buttons.map((button) => {
        const { backgroundColor, color, fontWeight, opacity, outlineStyle } =
          getComputedStyle(button)
        const state = [button.ariaPressed, button.ariaChecked, button.hasAttribute('disabled')]
        return JSON.stringify([backgroundColor, color, fontWeight, opacity, outlineStyle, state])
      }),
    )
  assert.equal(looks.length, 3)
  assert.equal(new Set(looks).size, 1)
  const decisions = ['Approve', 'Not this class', 'Later'].map((name) =>
    page
      .getByRole('region', { name: 'Proposal', exact: true })
      .getByRole('button', { name, exact: true })
      .getAttribute('class'),
  )
  assert.equal(new Set(await Promise.all(decisions)).size, 1)
})

test('the arrows move without deciding, and the space bar puts off', options, async (t) => {
  const { page, app } = await openTrained(t, 'review')
  await ready(page)
  const before = await queueOf(app)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await showsFirst(page, before[2]!)
  await page.keyboard.press('ArrowUp')
  await showsFirst(page, before[1]!)
  await page.keyboard.press('Space')
  await showsFirst(page, before[2]!)
  assert.equal(await waiting(app), before.length)
})

test('a filter reads as a sentence and says how many match', options, async (t) => {
  const { page, app } = await openTrained(t, 'review')
  await ready(page)
  await page.getByRole('button', { name: 'Agreement Any' }).click()
  await page.getByRole('menuitemradio', { name: '3 of 3 groups' }).click()
  await page.getByRole('button', { name: 'Class Any' }).click()
  await page.getByRole('menuitemradio', { name: '不满' }).click()
  await page.getByRole('group', { name: 'Filter: Agreement 3 of 3 groups, Class 不满' }).waitFor()
  const all = await queueOf(app)
  const { classes } = (await app.call('task.get', {}))!.task
  const bad = classes.find(({ name }) => name === '不满')!.id
  const matching = all.filter((p) => p.agreement === 1 && p.class === bad).length
  assert.ok(matching > 0 && matching < all.length)
  await page.getByText(`${matching} of ${all.length}`, { exact: true }).waitFor()
  await page.reload()
  await page.getByText(`${matching} of ${all.length}`, { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Remove condition: Class 不满' }).click()
  await page.getByRole('group', { name: 'Filter: Agreement 3 of 3 groups' }).waitFor()
})

test(
  'complaint 2: bulk approval waits for a blind audit of this very filter, then is one key',
  options,
  async (t) => {
    const { page, app } = await openTrained(t, 'review')
    await ready(page)
    const all = await waiting(app)
    const bulk = page.getByRole('button', { name: /^Approve \d+/ })
    assert.ok(await bulk.isDisabled())
    await page.keyboard.press('Control+Enter')
    await drawAudit(page, 70)
    assert.equal(await page.getByRole('option').count(), 0)
    assert.equal(await page.locator('.swatch.proposed, dl.verdict').count(), 0)
    assert.deepEqual(await accessibilityViolations(page), [])
    await answerAudit(page, app, 3)
    await page.getByText('Passed', { exact: true }).waitFor()
    const [audit] = await app.call('audit.list', {})
    assert.deepEqual(
      [audit!.threshold, audit!.n, audit!.population, audit!.precision.successes],
      [0.7, 60, all, 57],
    )
    assert.equal(await page.locator('.sample .no').count(), 3)
    await page.getByText(/^About \d+ of them will be wrong \(\d+ to \d+\)$/).waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])

    // Another filter is another set: what passed says nothing of it.
    await page.getByRole('button', { name: 'Agreement Any' }).click()
    await page.getByRole('menuitemradio', { name: '2 of 3 groups' }).click()
    await page.getByRole('group', { name: 'Filter: Agreement 2 of 3 groups' }).waitFor()
    await page.getByText('Audit a random sample of this filter first').waitFor()
    assert.ok(await bulk.isDisabled())
    await page.getByRole('button', { name: /^Remove condition/ }).click()

    await page.getByText(/^About \d+ of them/).waitFor()
    await page.keyboard.press('Control+Enter')
    await page.getByText(`${all - 60} approved in bulk`).waitFor()
    assert.equal(await waiting(app), 0)
    await inDark(page)
    assert.deepEqual(await accessibilityViolations(page), [])
  },
)

test('complaint 8: one undo takes a bulk approval back, all of it', options, async (t) => {
  const { page, app } = await openTrained(t, 'review')
  await ready(page)
  const all = await waiting(app)
  await passedAudit(app)
  await page.reload()
  await page.getByText('Passed', { exact: true }).waitFor()
  await page.keyboard.press('Control+Enter')
  await page.getByText(`${all - 60} approved in bulk`).waitFor()
  await page.keyboard.press('u')
  await page.getByText(`${all - 60} of ${all - 60}`, { exact: true }).waitFor()
  assert.equal(await waiting(app), all - 60)
  await page.getByText('Passed', { exact: true }).waitFor()
  await page.keyboard.press('Control+Enter')
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
  await until(async () => (await waiting(app)) === all - 60)
})

test(
  'complaint 3: the score stays after approval, and reopening brings it back',
  options,
  async (t) => {
    const { page, app } = await openTrained(t, 'review')
    await ready(page)
    const [first] = await queueOf(app, 1)
    await page.keyboard.press('a')
    await page.getByRole('tab', { name: /^Decided/ }).click()
    const row = page.getByRole('row').filter({ hasText: first!.a })
    await row.getByRole('cell', { name: first!.score.toFixed(2), exact: true }).waitFor()
    await row.getByRole('button', { name: /^Reopen/ }).click()
    await page.getByText('Nothing here yet').waitFor()
    const [again] = await queueOf(app, 1)
    assert.deepEqual(again, first)
  },
)

test(
  'complaint 7: proposed, approved, corrected and bulk approved look different',
  options,
  async (t) => {
    const { page, app } = await openTrained(t, 'review')
    await ready(page)
    const [first, second] = await queueOf(app, 2)
    assert.equal(await page.getByRole('option').locator('.swatch:not(.proposed)').count(), 0)
    await page.keyboard.press('a')
    await page.keyboard.press(await keyOf(app, second!.class, true))
    await until(
      async () => (await app.call('review.decided', { decision: 'corrected' })).length > 0,
    )
    await page.getByRole('tab', { name: /^Decided/ }).click()
    const rowOf = (proposal: Proposal) => page.getByRole('row').filter({ hasText: proposal.a })
    await rowOf(first!).locator('.swatch.approved').waitFor()
    await page.getByRole('radio', { name: /^Corrected/ }).click()
    await rowOf(second!).locator('.swatch:not(.proposed):not(.approved)').waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])

    await app.call('audit.accept', { audit: await passedAudit(app) })
    await page.getByRole('radio', { name: /^Approved/ }).click()
    const bulk = page.getByRole('row').filter({ hasText: 'in bulk' })
    await bulk.first().getByText('no label').waitFor()
    assert.equal(await bulk.locator('.swatch:not(.proposed)').count(), 0)
    await inDark(page)
    assert.deepEqual(await accessibilityViolations(page), [])
  },
)

test('a failed audit says what can be done', options, async (t) => {
  const { page, app } = await openTrained(t, 'review')
  await ready(page)
  await drawAudit(page, 90)
  // Nothing is decided before the last answer, however it stands.
  const audit = (await app.call('audit.list', {})).at(-1)!
  const items = await app.call('audit.items', { audit: audit.id })
  const answers = items
    .slice(0, -1)
    .map(({ text }) => ({ text, answer: { state: 'none' as const } }))
  await app.call('audit.answer', { audit: audit.id, answers })
  await page.reload()
  await page.getByText('It can no longer reach the threshold.', { exact: false }).waitFor()
  assert.equal(await page.getByText('Failed', { exact: true }).count(), 0)
  assert.equal(await page.getByText(/^Approve \d+ in bulk$/).count(), 0)
  await page.getByRole('button', { name: 'Go on, text 60' }).click()
  await page.getByText('Proposals are hidden during the audit').waitFor()
  await page.keyboard.press('b')
  await page.getByText('Failed', { exact: true }).waitFor()
  await page.getByRole('heading', { name: 'The 60 that were wrong' }).waitFor()
  for (const { a } of items) {
    await page.getByRole('complementary', { name: 'Audit' }).getByText(a).first().waitFor()
  }
  assert.deepEqual(await accessibilityViolations(page), [])
  await page.getByText('The audit failed, so they cannot be approved in bulk').waitFor()
  assert.ok(await page.getByRole('button', { name: /^Approve in bulk/ }).isDisabled())
  assert.equal(await page.getByText(/^Approve \d+ in bulk$/).count(), 0)
  await page.getByRole('button', { name: 'Score ≥ 0.80' }).click()
  await page.getByRole('group', { name: 'Filter: Score ≥ 0.80' }).waitFor()
  await page.getByRole('tab', { name: /^Audits/ }).click()
  await page.getByRole('cell', { name: 'all proposals' }).waitFor()
  assert.deepEqual(await accessibilityViolations(page), [])
})

test('the probability of a word stands beside its even share', options, async (t) => {
  const { page, app } = await openTrained(t, 'review')
  const [first] = await queueOf(app, 1)
  const { classes } = (await app.call('task.get', {}))!.task
  const { reach } = await app.call('task.check', {})
  const c = classes.findIndex(({ id }) => id === first!.class)
  for (const [g, { name }] of first!.groups.entries()) {
    const row = page.getByRole('row').filter({ hasText: name })
    await row.getByText(`/ ${reach[g]![c]!.toFixed(2)}`).waitFor()
  }
})

test('approvals that are taken back do not count as too fast', options, async (t) => {
  const { page, app } = await openTrained(t, 'review')
  await ready(page)
  const all = await waiting(app)
  for (let i = 0; i < 10; i++) await page.keyboard.press('a')
  await page.getByText('Too fast').waitFor()
  await page.keyboard.press('u')
  await page.getByText('Too fast').waitFor({ state: 'detached' })
  await page.keyboard.press('Shift+U')
  await page.getByText('Too fast').waitFor()
  await until(async () => (await waiting(app)) === all - 10)
})

test(
  'where an audit takes every proposal it says so, and more can be proposed',
  options,
  async (t) => {
    const window = await openTrained(t, 'review', { stage: 'trained' })
    const { page, app } = window
    const rule = { share: 0.01, minimum: 20, unanimous: false }
    const { job } = await app.call('review.propose', { rule })
    await app.call('jobs.wait', { job })
    await ready(page)
    const few = await waiting(app)
    assert.ok(few <= 60)
    await page.getByText(`There are only ${few}, so the audit labels them all`).waitFor()
    await page.getByText(`The audit labels all ${few}; nothing is left`).waitFor()
    assert.equal(await page.getByText(/^Approve \d+ in bulk$/).count(), 0)
    assert.deepEqual(await accessibilityViolations(page), [])
    await page.getByRole('button', { name: 'Propose more…' }).click()
    await page.getByText('the smallest audit takes 60', { exact: false }).waitFor()
    await page.getByRole('button', { name: 'At least 60 a class' }).click()
    await page
      .getByText('the smallest audit takes 60', { exact: false })
      .waitFor({ state: 'detached' })
    assert.deepEqual(await accessibilityViolations(page), [])
    await page.getByRole('dialog').getByRole('checkbox').click()
    await page.keyboard.press('Control+Enter')
    await until(async () => (await waiting(app)) > 60)
    const more = await waiting(app)
    await page.getByRole('button', { name: `Sample 60, which leaves ${more - 60}` }).click()
    await page.getByText(`Once it passes, the other ${more - 60} can be approved`).waitFor()
    await page.getByText(`Approve ${more - 60} in bulk`).waitFor()
  },
)

test('the screen can be left and entered again, and its figures go on', options, async (t) => {
  const { page, app } = await openTrained(t, 'review')
  await ready(page)
  const before = await queueOf(app)
  await page.keyboard.press('a')
  await showsFirst(page, before[1]!)
  await page.evaluate(() => (location.hash = '#/rounds'))
  await page.getByRole('heading', { name: 'Rounds', exact: true }).waitFor()
  await page.evaluate(() => (location.hash = '#/review'))
  await ready(page)
  await showsFirst(page, before[1]!)
  await page.keyboard.press('a')
  await showsFirst(page, before[2]!)
  const left = before.length - 2
  await page.getByText(`${left} of ${left}`, { exact: true }).waitFor()
  await page.getByText(`Approve ${left - 120} in bulk`).waitFor()
  await drawAudit(page, 70)
  await answerAudit(page, app, 0)
  await page.getByText('Passed', { exact: true }).waitFor()
  await page.keyboard.press('Control+Enter')
  await page.getByText(`${left - 60} approved in bulk`).waitFor()
  await page.getByRole('tab', { name: `Decided ${before.length}` }).waitFor()
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
  await page.getByText(`${left - 60} of ${left - 60}`, { exact: true }).waitFor()
})

test(
  'a bulk approval that ends after the screen was left is told without undo',
  // Elsewhere nothing comes between a call and its answer.
  inBrowser,
  async (t) => {
    const window = await openBrowserShell(t)
    await showTrained(window, 'review', 'proposed')
    const { page, app } = window
    await ready(page)
    await passedAudit(app)
    await page.reload()
    await page.getByText('Passed', { exact: true }).waitFor()
    const left = Promise.withResolvers<void>()
    await page.route('**/audit.accept', async (route) => {
      await left.promise
      await route.continue()
    })
    await page.keyboard.press('Control+Enter')
    await page.evaluate(() => (location.hash = '#/rounds'))
    await page.getByRole('heading', { name: 'Rounds', exact: true }).waitFor()
    left.resolve()
    const toast = page.getByRole('status').filter({ hasText: 'approved in bulk' })
    await toast.waitFor()
    assert.equal(await toast.getByRole('button', { name: 'Undo' }).count(), 0)
    await page.evaluate(() => (location.hash = '#/review'))
    await page.getByText('Every proposal is decided').waitFor()
    await page.keyboard.press('u')
    await page.getByRole('option').first().waitFor()
  },
)

test('without proposals the screen says what to do, and scores the pool', options, async (t) => {
  const { page, app } = await openTrained(t, 'review', { stage: 'trained' })
  await page.getByText('Round 1 has not scored the texts yet').waitFor()
  assert.deepEqual(await accessibilityViolations(page), [])
  await page.keyboard.press('Control+Enter')
  await page.getByRole('dialog', { name: 'Score the rest and propose' }).waitFor()
  await page.keyboard.press('Control+Enter')
  const started = async () =>
    (await app.call('jobs.list', {})).find(({ kind }) => kind === 'propose')
  await until(async () => (await started()) !== undefined)
  const { result } = await app.call('jobs.wait', { job: (await started())!.id })
  const { proposed } = result as { proposed: number }
  if (proposed > 0) await page.getByText(`${proposed} of ${proposed}`, { exact: true }).waitFor()
  else await page.getByText('none of them fit to be proposed', { exact: false }).waitFor()
})

test('before the first round the way leads to training', options, async (t) => {
  const window = await openInterface(t)
  const { page, app, folder } = window
  await app.call('project.createSample', { folder })
  await show(window, 'review')
  await page.getByText('No proposals yet').waitFor()
  await page.getByRole('button', { name: 'Go to training' }).waitFor()
  await inDark(page)
  assert.deepEqual(await accessibilityViolations(page), [])
})

test('the queue with a proposal in front has no accessibility faults', options, async (t) => {
  const { page } = await openTrained(t, 'review', { language: 'zh' })
  await page.getByRole('option').first().waitFor()
  await page.getByRole('button', { name: '开始审核' }).waitFor()
  assert.deepEqual(await accessibilityViolations(page), [])
  await inDark(page)
  assert.deepEqual(await accessibilityViolations(page), [])
})
