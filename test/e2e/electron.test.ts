import assert from 'node:assert/strict'
import { test } from 'node:test'
import { electronPath, startElectron } from './electron-shell.ts'
import { decide } from './screen.ts'

/** What is so in Electron itself alone; the tests of the interface run in it as well. */

test(
  'in Electron itself the page has nothing of Node, and the window closes in order',
  { skip: electronPath === null && 'Electron is not here, or no window of it can be shown' },
  async (t) => {
    const { electron, page } = await startElectron(t)
    await page.getByRole('button', { name: 'Try the sample' }).click()
    await page.locator('.stage:focus').waitFor()
    assert.deepEqual(
      await page.evaluate(() => ['require', 'process', 'module'].filter((name) => name in window)),
      [],
    )
    for (const key of ['1', '2']) await decide(page, key)
    await page.evaluate(() => (location.hash = '#/train'))
    await page.keyboard.press('Control+Enter')
    await page.locator('.job').waitFor()
    // The system's own question is answered with its first button: stop and close.
    await electron.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false })
    })
    const closed = page.waitForEvent('close')
    await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())
    await closed
  },
)
