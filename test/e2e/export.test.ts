import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import type { ExportOutcome, Int8Report } from '../../core/records.ts'
import { noWindow } from './interface.ts'
import { goodRecipe, openLabelledTiny, trainTiny } from './tiny-project.ts'
import { openTrained, until } from './trained.ts'
import { accessibilityViolations, show, type Calls } from './window.ts'

const options = { skip: noWindow }

async function latestExport(app: Calls): Promise<ExportOutcome | undefined> {
  const jobs = await app.call('jobs.list', {})
  return jobs.find(({ kind, state }) => kind === 'export' && state === 'done')?.result as
    ExportOutcome | undefined
}

test(
  'a round is exported, compared in each runtime, listed with checksums, and answers a typed text',
  options,
  async (t) => {
    const window = await openTrained(t, 'export', { stage: 'trained' })
    const { page, app, pick } = window
    await page.getByText(/^Held-out \d+\.\d% \(\d+ of 100\), 95% interval/).waitFor()
    await page.getByText('Nothing exported yet').waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])
    await pick(() => page.keyboard.press('Control+Enter'), window.folder)
    await page.getByRole('progressbar', { name: 'Exporting' }).waitFor()
    await page.getByRole('heading', { name: 'Last export' }).waitFor({ timeout: 240_000 })
    const { folder, parity } = (await latestExport(app))!
    assert.match(basename(folder), /^[\p{L}\p{N}._-]+-round-1$/u)

    const files = await app.call('export.files', { folder })
    for (const { path } of files) {
      await page.getByRole('complementary').getByRole('cell', { name: path, exact: true }).waitFor()
    }
    for (const line of parity) {
      const row = page.getByRole('row').filter({ hasText: line.runtime })
      const said = { agreed: 'same', notChecked: 'not checked', failed: 'failed' }[line.state]
      await row.getByText(said, { exact: true }).waitFor()
      if (line.missing) await row.getByText(`${line.missing} is not installed`).waitFor()
    }
    assert.notEqual(parity.find(({ runtime }) => runtime === 'onnxruntime-node')!.worst, null)

    await page.getByLabel('Type a text').fill('师傅准时上门，十分钟就修好了。')
    await page.keyboard.press('Enter')
    await page.getByRole('meter', { name: 'Probability' }).waitFor({ timeout: 120_000 })
    const { classes } = (await app.call('task.get', {}))!.task
    const label = await page.locator('.answer .chip').innerText()
    assert.ok(classes.some(({ name }) => label.endsWith(name)))

    await page.getByRole('heading', { name: 'Export', exact: true }).click()
    await page.keyboard.press('v')
    await page.getByText('Checksums match').waitFor()
    await page.evaluate(() => (location.hash = '#/rounds'))
    await page.getByRole('heading', { name: 'Rounds', exact: true }).waitFor()
    await page.evaluate(() => (location.hash = '#/export'))
    await page.getByRole('complementary').getByText(`${files.length} files,`).waitFor()
    await page.keyboard.press('v')
    await page.getByText('Checksums match').waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])
    await page.evaluate(async () => {
      document.documentElement.dataset['theme'] = 'dark'
      await Promise.all(document.getAnimations().map((animation) => animation.finished))
    })
    assert.deepEqual(await accessibilityViolations(page), [])

    rmSync(folder, { recursive: true })
    await page.reload()
    await page.getByRole('alert').getByText('export.notAnExport').waitFor()
    assert.equal(await page.getByLabel('Type a text').count(), 0)
  },
)

test('a model whose accuracy is not known yet is not exported', options, async (t) => {
  const { page, app } = await openTrained(t, 'export', { stage: 'trained' })
  // The last action of the project labelled its held-out set.
  await app.call('label.undo', {})
  await page.getByText('Accuracy not known', { exact: false }).waitFor()
  await page.getByText('Label 50 held-out texts to export, 0 so far', { exact: false }).waitFor()
  assert.ok(await page.getByRole('button', { name: 'Export to a folder…' }).isDisabled())
  assert.deepEqual(await accessibilityViolations(page), [])
  await app.call('label.redo', {})
  await until(() => page.getByRole('button', { name: 'Export to a folder…' }).isEnabled())
})

test(
  'int8 is measured, offered where it passes, written, and answers from the folder',
  options,
  async (t) => {
    const window = await openLabelledTiny(t, 700)
    const { page, app, pick, folder } = window
    await trainTiny(app, goodRecipe)
    await show(window, 'export')
    const write = page.getByRole('switch', { name: 'Write the int8 model too' })
    await page.getByText('See what it costs first', { exact: false }).waitFor()
    assert.ok(await write.isDisabled())
    await page.getByRole('button', { name: 'Measure the cost' }).click()
    await page.getByText('passed', { exact: true }).waitFor({ timeout: 120_000 })
    const job = (await app.call('jobs.list', {})).find(({ kind }) => kind === 'int8')
    const { same, bytes, heldOut } = job!.result as Int8Report
    await page
      .getByText(`${same.successes} of ${same.n} texts, 95% interval`, { exact: false })
      .waitFor()
    assert.ok(bytes.int8 < bytes.float32 && same.low >= 0.99)
    assert.equal(heldOut!.n, 60)
    await page.getByText(`of 60, ${heldOut!.broken} became wrong`, { exact: false }).waitFor()
    assert.deepEqual(await accessibilityViolations(page), [])

    await page.getByLabel('Temperature').fill('2')
    await page.getByText('See what it costs first', { exact: false }).waitFor()
    await page.getByLabel('Temperature').fill('1')
    await write.click()
    assert.equal(await write.getAttribute('aria-checked'), 'true')
    await pick(() => page.keyboard.press('Control+Enter'), folder)
    await page.getByRole('heading', { name: 'Last export' }).waitFor({ timeout: 240_000 })
    const exported = (await latestExport(app))!
    const quantized = page.getByRole('complementary').getByText('onnx/model_quantized.onnx')
    await quantized.waitFor()
    const row = page.getByRole('row').filter({ hasText: 'onnxruntime-node, int8' })
    await row.getByText('same', { exact: true }).waitFor()
    assert.equal(exported.int8!.verdict, 'passed')
    const card = readFileSync(join(exported.folder, 'README.md'), 'utf8')
    assert.match(card, new RegExp(`${same.successes}/${same.n}`))

    const answered = spawnSync(
      process.execPath,
      ['bin/shiliu.js', 'predict', exported.folder, '今天饭很好', '--int8', '--json'],
      { encoding: 'utf8' },
    )
    assert.equal(answered.status, 0, answered.stderr)
    assert.match(answered.stdout, /"label": ?"[好坏]"/)
  },
)

test('int8 is not offered where there are too few texts to tell', options, async (t) => {
  const { page } = await openTrained(t, 'export', { stage: 'trained', language: 'zh' })
  await page.getByRole('button', { name: '测量代价' }).click()
  await page.getByText('看不出是否相同', { exact: false }).waitFor({ timeout: 120_000 })
  await page.getByText('文本不够', { exact: true }).waitFor()
  assert.ok(await page.getByRole('switch', { name: '同时写出 int8 模型' }).isDisabled())
  assert.deepEqual(await accessibilityViolations(page), [])
})
