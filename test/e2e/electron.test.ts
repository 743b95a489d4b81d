import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { _electron } from 'playwright-core'
import { electronProgram, obstacle } from '../../main/start/window.ts'
import { root, tempFolder } from './shiliu.ts'

/** The shell in Electron itself, where its program is and a window can be shown. */

const surroundings = {
  platform: process.platform,
  user: process.getuid?.(),
  environment: process.env,
}
const executablePath = obstacle(surroundings) ? null : electronProgram(root, surroundings)

test(
  'in Electron itself the sample is labelled and trained, and the window closes in order',
  { skip: executablePath === null && 'Electron is not here, or no window of it can be shown' },
  async (t) => {
    const folder = tempFolder(t)
    mkdirSync(join(folder, 'settings'))
    const started = await _electron.launch({
      executablePath: executablePath!,
      args: [root],
      env: { ...process.env, HOME: folder, SHILIU_SETTINGS: join(folder, 'settings') },
    })
    t.after(() => started.close())
    const page = await started.firstWindow()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.getByRole('button', { name: /Try the sample|试用示例/ }).click()
    await page.locator('.stage .read').first().waitFor()
    assert.deepEqual(
      await page.evaluate(() => ['require', 'process', 'module'].filter((name) => name in window)),
      [],
    )
    for (const key of ['1', '2']) {
      const text = await page.locator('.stage .read').first().innerText()
      await page.keyboard.press(key)
      await page.waitForFunction(
        (before) => document.querySelector<HTMLElement>('.stage .read')?.innerText !== before,
        text,
      )
    }
    await page.evaluate(() => (location.hash = '#/train'))
    await page.keyboard.press('Control+Enter')
    await page.locator('.job').waitFor()
    // The system's own question is answered with its first button: stop and close.
    await started.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false })
    })
    const closed = page.waitForEvent('close')
    await started.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())
    await closed
    assert.deepEqual(complaints, [])
  },
)
