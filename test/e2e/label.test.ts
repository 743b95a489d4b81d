import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Page, Request } from 'playwright-core'
import type { TaskDefinition } from '../../core/contract.ts'
import type { Language } from '../../core/errors.ts'
import type { TextId } from '../../core/project.ts'
import { serve } from '../../main/serve.ts'
import { setLabels } from '../../main/store/labels.ts'
import { openProject } from '../../main/store/open.ts'
import { finishedRound, propose } from '../store/temp-run.ts'
import { noBrowser, openBrowserShell } from './browser-shell.ts'
import { noWindow, openInterface } from './interface.ts'
import { accessibilityViolations, type Calls, show, type Window } from './window.ts'

const options = { skip: noWindow }
const inBrowser = { skip: noBrowser }

/** The screen in front of a project with `texts`, and what is asked about it again and again. */
interface Desk extends Window {
  readonly path: string
  /** What is in front. */
  front(): Promise<string>
  /** Presses keys one after another and waits until each has brought another text. */
  label(...keys: readonly string[]): Promise<void>
  trail(): Promise<string[]>
  /** Labels of training and held-out texts by the name of the class. */
  labels(): Promise<Record<string, [number, number]>>
}

const twoClasses: TaskDefinition = {
  classes: [{ name: '好评' }, { name: '差评' }],
  patterns: ['{a}。总之[MASK]。'],
  groups: [
    { name: '甲', words: { 好评: '好', 差评: '差' } },
    { name: '乙', words: { 好评: '棒', 差评: '烂' } },
  ],
  guideline: '看这一条总的意思。\n好评：买的人满意。\n差评：买的人不满意。',
}

async function openDesk(
  t: TestContext,
  preparation: Preparation,
  language: Language = 'en',
): Promise<Desk> {
  return deskWith(await openInterface(t, language), preparation)
}

async function deskWith(
  window: Window,
  { texts, task = twoClasses, prepare }: Preparation,
): Promise<Desk> {
  const { page, app, folder } = window
  // A page that is there while a project is opened again begins anew.
  await page.goto('about:blank')
  const path = join(folder, 'p.shiliu')
  await app.call('project.create', { path })
  await importTexts(app, folder, texts)
  await app.call('task.set', task)
  if (prepare) {
    await app.call('project.close', {})
    prepare(path)
    await app.call('project.open', { path })
  }
  return deskOf(window, path)
}

interface Preparation {
  readonly texts: readonly (string | readonly [string, string])[]
  readonly task?: TaskDefinition
  /** Works on the project's file while no program has it open. */
  readonly prepare?: (path: string) => void
}

async function importTexts(app: Calls, folder: string, texts: Preparation['texts']): Promise<void> {
  const path = join(folder, 'texts.jsonl')
  const isPair = typeof texts[0] === 'object'
  const rows = texts.map((text) =>
    JSON.stringify(typeof text === 'string' ? { text } : { text: text[0], text_b: text[1] }),
  )
  writeFileSync(path, `${rows.join('\n')}\n`)
  const { plan } = await app.call('data.preview', { path })
  const columns = isPair ? { ...plan, text: 'text', textB: 'text_b' } : plan
  const { job } = await app.call('data.import', { path, plan: columns })
  assert.equal((await app.call('jobs.wait', { job })).state, 'done')
}

async function deskOf(window: Window, path: string): Promise<Desk> {
  const { page, app } = window
  await show(window, 'label')
  await page.locator('.stage .read').first().waitFor()
  const front = () => page.locator('.stage .read').first().innerText()
  return {
    ...window,
    path,
    front,
    async label(...keys) {
      for (const key of keys) {
        const before = await front()
        await page.keyboard.press(key)
        await changed(page, before)
      }
    },
    trail: () => page.locator('.trail li').allInnerTexts(),
    async labels() {
      const { task, labels } = await app.call('project.info', {})
      const name = (id: string | null) => task!.task.classes.find((c) => c.id === id)?.name ?? ''
      return Object.fromEntries(
        labels.classes.map((c) => [name(c.class), [c.train, c.heldOut] as [number, number]]),
      )
    },
  }
}

/** The calls of a page of the browser shell, from now on; those over another bridge pass unseen. */
function callsOf(page: Page) {
  const names: string[] = []
  const unanswered = new Set<Request>()
  page.on('request', (request) => {
    names.push(new URL(request.url()).pathname.replace('/call/', ''))
    unanswered.add(request)
  })
  page.on('requestfinished', (request) => unanswered.delete(request))
  page.on('requestfailed', (request) => unanswered.delete(request))
  return {
    count: (name: string) => names.filter((called) => called === name).length,
    /** Waits until nothing that the page asked is without an answer. */
    async answered() {
      while (unanswered.size > 0) await page.waitForEvent('requestfinished')
    },
  }
}

/** Waits until another text, or something else, stands where a text was. */
async function changed(page: Page, before: string): Promise<void> {
  await page.waitForFunction(
    (text) => document.querySelector<HTMLElement>('.stage .read')?.innerText !== text,
    before,
  )
}

/** Waits until everything that was decided is on the disk. */
async function steps(page: Page, n: number): Promise<void> {
  await page.locator('.trail .first', { hasText: `${n} step` }).waitFor()
  await page.waitForFunction(() =>
    Object.entries(localStorage as Record<string, string>)
      .filter(([key]) => key.startsWith('shiliu.label.'))
      .every(([, kept]) => (JSON.parse(kept) as { unsaved: unknown[] }).unsaved.length === 0),
  )
}

function numbered(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `第 ${i + 1} 条：编号 ${(i * 7919) % 1000} 的货到了。`)
}

test(
  'complaint 6: one key labels and moves on, and 32 labels take 32 keys and 32 calls',
  inBrowser,
  async (t) => {
    const desk = await deskWith(await openBrowserShell(t), { texts: numbered(60) })
    const { page } = desk
    const calls = callsOf(page)
    assert.deepEqual(await accessibilityViolations(page), [])
    await page.getByRole('button', { name: 'Light or dark' }).click()
    assert.deepEqual(await accessibilityViolations(page), [])
    await page.locator('.toolbar', { hasText: '32 to go' }).waitFor()
    await desk.label(...Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? '1' : '2')))
    await page.getByRole('heading', { name: 'All 32 done, ready to train' }).waitFor()
    await steps(page, 32)
    assert.equal(calls.count('label.set'), 32)
    assert.deepEqual(await desk.labels(), { 好评: [16, 0], 差评: [16, 0] })
    assert.deepEqual(await accessibilityViolations(page), [])
  },
)

test(
  'labelling goes on where it was when its screen is shown again, with all that it counts',
  options,
  async (t) => {
    const desk = await openDesk(t, { texts: numbered(60) }, 'zh')
    const { page } = desk
    const keys = Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? '1' : '2'))
    await desk.label(...keys.slice(0, 5))
    await page.keyboard.press('Control+1')
    await page.getByRole('heading', { name: '数据', level: 1 }).waitFor()
    await page.keyboard.press('Control+3')
    await page.locator('.stage .read').waitFor()
    await desk.label(...keys.slice(5, 31))
    await page.getByRole('radio', { name: '训练 31 / 32' }).waitFor()
    const next = await desk.front()
    await page.getByText(`差评，第 15 条。`).or(page.getByText('好评，第 16 条。')).waitFor()
    await page.locator('p[aria-live="polite"]', { hasText: next }).waitFor()
    await page.locator('.trail', { hasText: '共 31 步' }).waitFor()
    await page.keyboard.press(keys[31]!)
    await page.getByRole('heading', { name: '32 条已标完，可以训练了' }).waitFor()
    await page.locator('.trail', { hasText: '共 32 步' }).waitFor()
    assert.deepEqual(await desk.labels(), { 好评: [16, 0], 差评: [16, 0] })
  },
)

test(
  'complaint 5: every step can be taken back and done again, also after a reload and a restart',
  inBrowser,
  async (t) => {
    const window = await openBrowserShell(t)
    const desk = await deskWith(window, { texts: numbered(60) })
    const { page, folder, path } = desk
    const seen = [await desk.front()]
    for (const key of ['1', '2', '1', 'b']) {
      await desk.label(key)
      seen.push(await desk.front())
    }
    await desk.label('u')
    assert.equal(await desk.front(), seen[3])
    await desk.label('u')
    assert.equal(await desk.front(), seen[2])
    await desk.label('Shift+U')
    assert.equal(await desk.front(), seen[3])
    assert.deepEqual(await desk.labels(), { 好评: [2, 0], 差评: [1, 0] })

    await page.reload()
    await page.locator('.stage .read').waitFor()
    await steps(page, 3)
    assert.equal((await desk.trail()).length, 3)
    await page.keyboard.press('u')
    await steps(page, 2)
    assert.equal(await desk.front(), seen[2])

    await page.goto('about:blank')
    await window.serving.close()
    const again = await serve({ port: 0, root: folder })
    t.after(() => again.close())
    await again.app.call('project.open', { path })
    const later = await deskOf({ ...desk, app: again.app, address: again.invite() }, path)
    await steps(page, 2)
    await later.label('u')
    assert.equal(await later.front(), seen[1])
    await page.keyboard.press('u')
    await steps(page, 0)
    assert.equal(await later.front(), seen[0])
    assert.deepEqual(await later.labels(), {})
    for (const n of [1, 2, 3, 4]) {
      await page.keyboard.press('Shift+U')
      await steps(page, n)
    }
    assert.deepEqual(await later.labels(), { '': [1, 0], 好评: [2, 0], 差评: [1, 0] })
  },
)

test(
  'a skipped text comes back at the end, over a reload, and U brings it back at once',
  options,
  async (t) => {
    const desk = await openDesk(t, { texts: numbered(4) })
    const { page } = desk
    const skipped = await desk.front()
    await desk.label('Space')
    await desk.label('1')
    await steps(page, 2)
    const second = await desk.front()
    await desk.label('Space')
    await desk.label('u')
    assert.equal(await desk.front(), second)
    await page.reload()
    await page.locator('.toolbar', { hasText: 'the skipped one comes last' }).waitFor()
    await page.locator('.stage .read').waitFor()
    await desk.label('1')
    await desk.label('1')
    assert.equal(await desk.front(), skipped)
    await desk.label('2')
    await page.getByRole('heading', { name: 'No text is left to label' }).waitFor()
    await steps(page, 4)
    assert.deepEqual(await desk.labels(), { 好评: [3, 0], 差评: [1, 0] })
  },
)

test(
  'the held-out sample is drawn before the first label and labelled in a scope of its own',
  options,
  async (t) => {
    const desk = await openDesk(t, { texts: numbered(240) })
    const { page, app } = desk
    await page.getByRole('radio', { name: 'Held out 0 / 60' }).click()
    await page.locator('.meta', { hasText: 'held out' }).waitFor()
    await desk.label('1', '2', '2')
    await page.getByRole('radio', { name: 'Held out 3 / 60' }).waitFor()
    await page.locator('.toolbar', { hasText: '57 to go' }).waitFor()
    assert.equal(await page.locator('.answers .count').count(), 0)
    assert.deepEqual(await accessibilityViolations(page), [])
    await page.getByRole('radio', { name: /^Train/ }).click()
    await page.locator('.answers .count').first().waitFor()
    await desk.label('1')
    // Taking back leads to the text, whichever scope it belongs to.
    await desk.label('u', 'u')
    await page.locator('.meta', { hasText: 'held out' }).waitFor()
    await steps(page, 2)
    assert.deepEqual(await desk.labels(), { 好评: [0, 1], 差评: [0, 1] })
    assert.equal((await app.call('label.summary', {})).heldOut?.size, 60)
  },
)

test(
  'that the held-out sample comes best first is said before the first label and after the last',
  options,
  async (t) => {
    const desk = await openDesk(t, { texts: numbered(240) })
    const { page } = desk
    const hint = page.getByText('best labelled first, before any model')
    const way = page.getByRole('button', { name: 'Label the held-out sample' })
    await hint.waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])
    await way.click()
    await page.locator('.meta', { hasText: 'held out' }).waitFor()
    assert.equal(await hint.count(), 0)
    await desk.label('1')
    await page.locator('.rail a[title="held out 1 / 60"]').waitFor()
    await page.getByRole('radio', { name: /^Train/ }).click()
    await hint.waitFor()
    await desk.label('1')
    assert.equal(await hint.count(), 0)
    await desk.label(...Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? '2' : '1')))
    await page.keyboard.press('2')
    await page.getByText('Accuracy needs 50 held-out labels and has 1').waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])
    await way.click()
    await page.locator('.meta', { hasText: 'held out' }).waitFor()
  },
)

test(
  'with the held-out sample labelled, Ctrl Enter does what the button says',
  options,
  async (t) => {
    const desk = await openDesk(t, { texts: numbered(240) })
    const { page, app } = desk
    const texts = await app.call('label.next', { scope: 'heldout', limit: 59 })
    const mark = { state: 'class', class: 'c1' } as const
    const edits = texts.map(({ id }) => ({ text: id, mark }))
    await app.call('label.set', { edits })
    await page.getByRole('radio', { name: /^Held out/ }).click()
    await page.locator('.meta', { hasText: 'held out' }).waitFor()
    await page.keyboard.press('1')
    await page.getByRole('heading', { name: 'held-out texts are labelled' }).waitFor()
    await page.getByRole('button', { name: 'Label for training' }).waitFor()
    await page.keyboard.press('Control+Enter')
    await page.getByText('Picked at random').waitFor()
    assert.match(page.url(), /#\/label$/)
    assert.equal(await page.getByRole('radio', { name: /^Train/ }).isChecked(), true)
  },
)

test(
  'texts, names and guidelines are shown as they are, whatever they look like',
  options,
  async (t) => {
    const hostile = '<script>window.broken = 1</script><img src=x onerror="window.broken = 1">'
    const desk = await openDesk(t, {
      texts: [`${hostile} one`, `${hostile} two`, `${hostile} three`],
      task: {
        ...twoClasses,
        classes: [{ name: hostile }, { name: '差评' }],
        groups: [{ name: '甲', words: { [hostile]: '好', 差评: '差' } }],
        guideline: `${hostile}: a class`,
      },
    })
    const { page } = desk
    assert.match(await desk.front(), /^<script>.*onerror="window.broken = 1"> (one|two|three)$/)
    assert.equal(await page.locator('.answers .name').first().innerText(), hostile)
    await desk.label('1')
    await page.keyboard.press('g')
    await page.getByRole('dialog').getByText(hostile).waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])
    await page.keyboard.press('Escape')
    await steps(page, 1)
    assert.equal(await page.evaluate(() => 'broken' in window), false)
    assert.equal(await page.locator('main img, main script').count(), 0)
  },
)

test(
  'complaint 17: 20 classes have keys, and beyond the last key a class is found by its name',
  options,
  async (t) => {
    const names = Array.from({ length: 30 }, (_, i) => `类别${i + 1}`)
    names[28] = '退款进度'
    const words = (word: string) => Object.fromEntries(names.map((name) => [name, word]))
    const desk = await openDesk(t, {
      texts: numbered(40),
      task: {
        classes: names.map((name) => ({ name })),
        patterns: ['{a}[MASK]'],
        groups: [{ name: '甲', words: words('好') }],
      },
    })
    const { page } = desk
    const keys = [...'123456789qwertyiopsdf']
    await desk.label(...keys)
    await steps(page, 21)
    for (const query of ['tkjd', '退款']) {
      const before = await desk.front()
      await page.keyboard.press(';')
      await page.getByRole('combobox', { name: 'Find a class' }).pressSequentially(query)
      assert.deepEqual(await accessibilityViolations(page), [])
      await page.keyboard.press('Enter')
      await changed(page, before)
    }
    await steps(page, 23)
    const expected = [...keys.map((_, i) => [names[i], [1, 0]]), ['退款进度', [2, 0]]]
    assert.deepEqual(await desk.labels(), Object.fromEntries(expected))
  },
)

test(
  'keys: two at once count in order, held down once, and none while a word is composed',
  inBrowser,
  async (t) => {
    const desk = await deskWith(await openBrowserShell(t), { texts: numbered(40) })
    const { page } = desk
    const calls = callsOf(page)
    const press = (init: KeyboardEventInit) =>
      page.evaluate((options) => {
        const bubbles = { bubbles: true, cancelable: true }
        document.activeElement!.dispatchEvent(
          new KeyboardEvent('keydown', { ...bubbles, ...options } as KeyboardEventInit),
        )
      }, init)
    await press({ key: '1', code: 'Digit1', isComposing: true })
    await press({ key: '1', code: 'Digit1', repeat: true })
    await press({ key: '1', code: 'Digit1' })
    await steps(page, 1)
    // An input method hides the key, but not its place.
    await press({ key: 'Process', code: 'Digit2' })
    await steps(page, 2)
    await calls.answered()
    await page.evaluate(() => {
      for (const key of ['2', '1', 'u', 'b']) {
        const init = { key, bubbles: true, cancelable: true }
        document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', init))
      }
    })
    await page.locator('.trail li').first().getByText('None of these').waitFor()
    await steps(page, 4)
    await calls.answered()
    const { entries } = await desk.app.call('label.trail', {})
    const keys: Record<string, string> = { c1: '1', c2: '2' }
    assert.equal(
      entries.map(({ mark }) => (mark?.state === 'class' ? keys[mark.class] : 'b')).join(''),
      'b221',
    )
    await page.getByRole('button', { name: 'Light or dark' }).focus()
    await page.keyboard.press('Space')
    await steps(page, 4)
  },
)

test(
  'complaint 9: what could not be written is shown as not saved, stops labelling, and is never dropped',
  inBrowser,
  async (t) => {
    const desk = await deskWith(await openBrowserShell(t), { texts: numbered(40) })
    const { page, app, path } = desk
    await desk.label('1')
    await steps(page, 1)
    const refuse = (code: 'project.readOnly' | 'project.diskFull') =>
      page.route('**/call/label.set', (route) =>
        route.fulfill({ json: { error: { code, details: { path } } } }),
      )
    await refuse('project.readOnly')
    const decided = await desk.front()
    await desk.label('2')
    const alert = page.getByRole('alert')
    await alert.getByText('open for reading only').waitFor()
    await page
      .getByRole('heading', { name: '1 decision is not saved; labelling has stopped' })
      .waitFor()
    assert.match((await desk.trail())[0]!, /差评[\s\S]*Not saved/)
    assert.deepEqual(await accessibilityViolations(page), [])
    const stopped = await desk.front()
    await page.keyboard.press('1')
    await page.keyboard.press('Space')
    assert.equal(await desk.front(), stopped)
    assert.deepEqual(await desk.labels(), { 好评: [1, 0] })

    // A reload keeps it.
    page.on('dialog', (dialog) => void dialog.accept())
    await page.reload()
    await page.getByRole('alert').getByText('earlier visit').waitFor()
    assert.match((await desk.trail())[0]!, /差评[\s\S]*Not saved/)
    await page.unroute('**/call/label.set')
    await page.getByRole('button', { name: 'Save again' }).click()
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await steps(page, 2)
    assert.deepEqual(await desk.labels(), { 好评: [1, 0], 差评: [1, 0] })
    assert.equal((await app.call('label.trail', {})).entries[0]!.text.a, decided)

    // A full disk: the decision can also be taken back.
    await refuse('project.diskFull')
    const last = await desk.front()
    await desk.label('1')
    await page.getByRole('alert').getByText('Free some space').waitFor()
    await page.unroute('**/call/label.set')
    await desk.label('u')
    assert.equal(await desk.front(), last)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await desk.label('2')
    await steps(page, 3)
    assert.deepEqual(await desk.labels(), { 好评: [1, 0], 差评: [2, 0] })
  },
)

test('a project that is open for reading says so, and takes no decision', inBrowser, async (t) => {
  const desk = await deskWith(await openBrowserShell(t), { texts: numbered(20) })
  const { page, app, path } = desk
  await page.goto('about:blank')
  await app.call('project.open', { path, mode: 'read' })
  const calls = callsOf(page)
  await show(desk, 'label')
  await page.getByText('Read only: another program').waitFor()
  await page.locator('.stage .read').waitFor()
  await page.keyboard.press('1')
  assert.equal(await page.locator('.answers button:disabled').count(), 2)
  assert.deepEqual(await accessibilityViolations(page), [])
  assert.equal(calls.count('label.set'), 0)
})

test('both texts of a pair are in front', options, async (t) => {
  const desk = await openDesk(t, {
    texts: [
      ['天气很好', '今天晴'],
      ['门开着', '门关着'],
      ['他在跑', '他没动'],
    ],
    task: { ...twoClasses, kind: 'pair', patterns: ['{a}[MASK]，{b}'] },
  })
  const texts = await desk.page.locator('.stage .read').allInnerTexts()
  assert.equal(texts.length, 2)
  assert.deepEqual(await accessibilityViolations(desk.page), [])
})

test(
  'the model is heard only when it is asked, and only of texts that it has scored',
  options,
  async (t) => {
    const desk = await openDesk(t, {
      texts: numbered(30),
      prepare(path) {
        const project = openProject(path, 'write')
        const db = project.writable!
        const mark = (c: string) => ({ state: 'class', class: c }) as const
        setLabels(db, [
          { text: 1 as TextId, mark: mark('c1'), origin: 'human' },
          { text: 2 as TextId, mark: mark('c2'), origin: 'human' },
        ])
        const { run } = finishedRound(db)
        propose(db, run, { 10: 0.1, 11: 2, 12: 0.4 })
        project.close()
      },
    })
    const { page } = desk
    await page.getByRole('radio', { name: 'Uncertain first' }).click()
    await page.getByText('unsure of it').waitFor()
    assert.match(await desk.front(), /^第 10 条/)
    assert.equal(await page.getByText('Round 1 says').count(), 0)
    await page.keyboard.press('m')
    await page.getByText('Round 1 says').waitFor()
    assert.match(await page.locator('.why').innerText(), /好评\s*0\.52[\s\S]*差评\s*0\.48/)
    assert.deepEqual(await accessibilityViolations(page), [])
    await desk.label('1', 'u')
    await page.locator('.hints').getByText('the model says').waitFor()
    assert.match(await desk.front(), /^第 10 条/)
    await desk.label('1')
    assert.match(await desk.front(), /^第 12 条/)
    assert.equal(await page.getByText('Round 1 says').count(), 0)
    await desk.label('1', '1')
    await page.getByText('Picked at random').waitFor()
    assert.equal(await page.locator('.hints').getByText('the model says').count(), 0)
    await page.keyboard.press('m')
    await page.getByText('Round 1 has not scored this text').waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])
    await desk.label('1')
    await page.getByText('Picked at random').waitFor()
  },
)

test('what is said after a label names class, number and the next text', options, async (t) => {
  const desk = await openDesk(t, { texts: numbered(20) }, 'zh')
  const { page } = desk
  await desk.label('1', '1')
  const next = await desk.front()
  const said = `好评，第 2 条。下一条：${next}`
  await page.locator('[aria-live="polite"]', { hasText: said }).waitFor()
  const before = await desk.front()
  await page.getByRole('button', { name: '差评' }).click()
  await changed(page, before)
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'label-text')
  assert.deepEqual(await accessibilityViolations(page), [])
})

test('without texts or classes the screen says what to do first', options, async (t) => {
  const window = await openInterface(t)
  const { page, app, folder } = window
  const path = join(folder, 'p.shiliu')
  await app.call('project.create', { path })
  await show(window, 'label')
  await page.getByRole('button', { name: 'Import data' }).waitFor()
  assert.deepEqual(await accessibilityViolations(page), [])
  await importTexts(app, folder, numbered(3))
  await page.getByRole('button', { name: 'Set up classes' }).waitFor()
  assert.deepEqual(await accessibilityViolations(page), [])
})
