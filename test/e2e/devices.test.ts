import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noSoftwareGpu, softwareGpuEnv } from '../fixtures/software-gpu.ts'
import { noWindow } from './interface.ts'
import { idleRecipe, openLabelledTiny, trainTiny } from './tiny-project.ts'
import { assertAccessible, show } from './window.ts'

test(
  'a device is offered once it was tried, timed, remembered, and a run is made on it',
  { skip: noWindow ?? noSoftwareGpu },
  async (t) => {
    // Compute processes get the environment of the program that starts them.
    const { VK_ICD_FILENAMES, VK_DRIVER_FILES } = softwareGpuEnv
    Object.assign(process.env, { VK_ICD_FILENAMES, VK_DRIVER_FILES })
    const window = await openLabelledTiny(t)
    const { page, app } = window
    assert.equal((await trainTiny(app, idleRecipe)).state, 'done')
    await show(window, 'train')
    const select = page.getByRole('combobox', { name: 'Device' })
    await select.waitFor()
    assert.equal(await select.inputValue(), 'cpu')

    await page.getByRole('button', { name: 'Look for devices' }).click()
    await page.getByText('4 more cannot be used').click()
    await page.getByText('CUDA cannot be used: libonnxruntime_providers_cuda').waitFor()
    await page.getByText(/GB of .* GB free/).waitFor()
    await assertAccessible(page)
    await page.getByRole('button', { name: 'Time a step' }).click()
    await page.getByText(/[\d,]+ ms a step, measured/).waitFor()
    await page.getByText(/about .* at the measured pace/).waitFor()

    await select.selectOption('webgpu')
    await page.getByText('float32 only').waitFor()
    await show(window, 'train')
    await page.getByText('float32 only').waitFor()
    assert.equal(await select.inputValue(), 'webgpu')
    await page.getByRole('textbox', { name: 'Steps' }).fill('2')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('row', { name: /Run 2.*(Done|Collapsed)/ }).waitFor()
    const [run] = await app.call('train.runs', {})
    assert.equal(run!.device, 'webgpu')
    assert.equal(run!.result!.environment.provider, 'webgpu')
    await page.getByText(/WebGPU, \d+ threads?/).waitFor()
  },
)
