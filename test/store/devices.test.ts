import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tryDevice } from '../../main/try-device.ts'
import { fakeApp, importTexts, testHost } from './fake-app.ts'

test('every device is tried in a process of its own, once', async (t) => {
  const { app, die } = await fakeApp(t)
  die('probe webgpu')
  const found = await app.call('devices.list', {})
  assert.deepEqual(
    found.map(({ device, fault }) => [device, fault?.code]),
    [
      ['cpu', undefined],
      ['webgpu', 'device.crashed'],
      ['cuda', 'device.cannotStart'],
      ['dml', 'device.cannotStart'],
      ['coreml', 'device.cannotStart'],
      ['tfjs', 'device.cannotStart'],
    ],
  )
  assert.equal(await app.call('devices.list', {}), found)
  const again = await app.call('devices.list', { again: true })
  assert.equal(again[1]!.fault!.code, 'device.cannotStart')
})

test('a driver that hangs is ended, and not offered', async (t) => {
  const { folder } = await fakeApp(t)
  process.env.FAKE_WORKER_HANGS = 'webgpu'
  t.after(() => delete process.env.FAKE_WORKER_HANGS)
  const { fault } = await tryDevice(testHost(folder), { device: 'webgpu', threads: 1 }, 2000)
  assert.deepEqual(fault, { code: 'device.silent', details: { device: 'webgpu', seconds: 2 } })
})

test('a step of the next training is measured, and a device that is not offered says why', async (t) => {
  const { app } = await fakeApp(t)
  assert.deepEqual(await app.call('devices.measure', { device: 'cpu' }), { milliseconds: 12.5 })
  await assert.rejects(app.call('devices.measure', { device: 'cuda' }), {
    code: 'device.cannotStart',
  })
})

test('a run remembers its device, and may go on with another', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 40)
  await app.call('label.fromColumn', { column: 'cat' })
  const { job } = await app.call('train.start', { device: 'webgpu' })
  await app.call('jobs.cancel', { job })
  assert.equal((await app.call('train.runs', {}))[0]!.device, 'webgpu')
  await app.call('jobs.wait', await app.call('jobs.resume', { job, device: 'cpu' }))
  const [run] = await app.call('train.runs', {})
  assert.equal(run!.device, 'cpu')
  assert.equal(run!.state, 'done')
})
