import assert from 'node:assert/strict'
import { execFile, fork } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { deviceNames, type DeviceName, type DeviceReport } from '../../core/devices.ts'
import { sentence } from '../../core/errors.ts'
import type { FromWorker, Probe, ProbeResult } from '../../core/job.ts'
import { noSoftwareGpu, softwareGpuEnv } from '../fixtures/software-gpu.ts'
import { tinyModelFolder, tinyTask } from '../fixtures/tiny-model.ts'

const entry = resolve(import.meta.dirname, '../../worker/index.ts')
const shell = resolve(import.meta.dirname, '../../bin/shiliu.js')
const model = await tinyModelFolder()
after(() => rm(model, { recursive: true }))

/** Tries a device in a process of its own, as main does. */
function probe(
  device: DeviceName,
  measure?: Probe['measure'],
  env: NodeJS.ProcessEnv = process.env,
): Promise<ProbeResult> {
  const child = fork(entry, {
    serialization: 'advanced',
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  child.on('message', (message: FromWorker) => {
    if (message.type === 'ready') {
      child.send({ type: 'probe', probe: { device, threads: 1, ...(measure && { measure }) } })
    }
  })
  return new Promise((done, failed) => {
    child.on('exit', (code, signal) => failed(new Error(`ended with ${signal ?? code}`)))
    child.on('message', (message: FromWorker) => {
      if (message.type !== 'probed') return
      done(message.result)
      child.kill()
    })
  })
}

test('the CPU has a name, memory and float16, and a measured step', async () => {
  const recipe = { batch: 4, maxTokens: 32 }
  const found = await probe('cpu', { task: tinyTask, model, recipe })
  assert.equal(found.fault, null)
  assert.equal(found.noFloat16, null)
  assert.ok(found.name)
  assert.ok(found.memory!.free > 0 && found.memory!.free <= found.memory!.total)
  assert.ok(found.milliseconds! > 0)
})

test('the software GPU passes its trial, and has no float16', { skip: noSoftwareGpu }, async () => {
  const { fault, noFloat16 } = await probe('webgpu', undefined, softwareGpuEnv)
  assert.equal(fault, null)
  assert.match(sentence(noFloat16!, 'en'), /WebGPU computes in float32 only.*no shader-f16/)
})

test('without a driver WebGPU is not offered, and says why', async () => {
  const nothing = { ...process.env, VK_ICD_FILENAMES: '/none', VK_DRIVER_FILES: '/none' }
  if (process.platform !== 'linux') return
  const { fault } = await probe('webgpu', undefined, nothing)
  assert.equal(fault!.code, 'device.cannotStart')
  assert.match(sentence(fault!, 'en'), /Failed to get a WebGPU adapter/)
})

test('what is not of this machine is not offered, and says why', async () => {
  const codes = async (device: DeviceName) => (await probe(device)).fault?.code
  assert.equal(await codes('cuda'), 'device.noLibrary')
  assert.equal(await codes('tfjs'), 'device.notInstalled')
  if (process.platform === 'linux') {
    assert.equal(await codes('dml'), 'device.otherSystem')
    assert.equal(await codes('coreml'), 'device.otherSystem')
  }
})

test('shiliu devices prints what is offered, and a sentence for what is not', async () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [shell, 'devices', ...args]).then(({ stdout }) => stdout)
  const found = JSON.parse(await run('--json')) as DeviceReport[]
  assert.deepEqual(
    found.map(({ device }) => device),
    [...deviceNames],
  )
  assert.equal(found[0]!.fault, null)
  const text = await run('--lang', 'zh')
  assert.match(text, /^可选 +cpu .*空闲 [\d.]+ \/ [\d.]+ GB +float32, float16$/m)
  assert.match(text, /^用不了 CUDA：没有 libonnxruntime_providers_cuda/m)
})
