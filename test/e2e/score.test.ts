import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { ProposeOutcome } from '../../core/records.ts'
import { noWindow } from './interface.ts'
import { goodRecipe, openLabelledTiny, trainTiny } from './tiny-project.ts'
import { assertAccessible, show } from './window.ts'

test(
  'a scoring that was stopped is gone on with, and says how far it was',
  { skip: noWindow },
  async (t) => {
    const window = await openLabelledTiny(t)
    const { page, app, folder } = window
    const rows = Array.from(
      { length: 8000 },
      (_, i) => `m${i},今天饭菜很香${(i * 7919) % 99_991}号`,
    )
    const path = join(folder, 'more.csv')
    writeFileSync(path, `id,text\n${rows.join('\n')}\n`)
    const { plan } = await app.call('data.preview', { path })
    await app.call('jobs.wait', await app.call('data.import', { path, plan }))
    await trainTiny(app, { ...goodRecipe, steps: 20 })

    const rule = { share: 0.1, minimum: 5, unanimous: false }
    const { job } = await app.call('review.propose', { rule, threads: 1 })
    const events = () => app.call('jobs.events', { job })
    while ((await events()).length === 0) await setTimeout(20)
    assert.equal((await app.call('jobs.cancel', { job })).state, 'cancelled')
    await show(window, 'review')
    await page
      .getByText(/Scoring stopped at [\d,]+ of 8,\d+; the scores so far are kept\./)
      .waitFor()
    await assertAccessible(page)
    const before = (await events()).at(-1)!
    const resume = page.getByRole('button', { name: 'Go on scoring' })
    await resume.click()
    await resume.waitFor({ state: 'detached' })
    const { state, result } = await app.call('jobs.wait', { job })
    assert.equal(state, 'done')
    assert.ok((result as ProposeOutcome).proposed >= 10)
    const steps = (await events()).filter(({ phase }) => phase === 'score')
    assert.ok(steps.every(({ done }, i) => i === 0 || done > steps[i - 1]!.done))
    assert.ok(steps.some(({ done }) => done > before.done))
  },
)
