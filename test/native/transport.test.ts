import assert from 'node:assert/strict'
import { fork, spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { FromWorker, ToWorker } from '../../core/job.ts'
import { tinyModelFolder, tinyTask } from '../fixtures/tiny-model.ts'

const entry = resolve(import.meta.dirname, '../../worker/index.ts')
const parentPort = resolve(import.meta.dirname, '../fixtures/parent-port.ts')

for (const [way, execArgv] of [
  ["over Node's channel", []],
  ['over the parent port of a utility process', ['--import', parentPort]],
] as const) {
  test(`the compute process answers ${way}`, async (t) => {
    const model = await tinyModelFolder()
    t.after(() => rm(model, { recursive: true }))
    const child = fork(entry, { serialization: 'advanced', execArgv: [...execArgv] })
    t.after(() => child.kill())
    const types: string[] = []
    const result = await new Promise((done, failed) => {
      child.on('exit', (code) => failed(new Error(`ended with ${code}`)))
      child.on('message', (message: FromWorker) => {
        types.push(message.type)
        const question = { kind: 'check', task: tinyTask, model } as const
        if (message.type === 'ready')
          child.send({ type: 'ask', id: 1, question } satisfies ToWorker)
        if (message.type === 'answer') done(message.answer)
        if (message.type === 'refused') failed(message.error)
      })
    })
    assert.deepEqual(types, ['ready', 'answer'])
    assert.equal((result as { kind: string }).kind, 'check')
  })
}

test('a compute process that loses main while it computes ends without a word', async () => {
  const forkWorker = resolve(import.meta.dirname, '../../main/fork-worker.ts')
  const busy = resolve(import.meta.dirname, '../fixtures/busy-worker.ts')
  const main = `
    process.execArgv = []
    const { forkWorker } = require(${JSON.stringify(forkWorker)})
    forkWorker(${JSON.stringify(busy)}).onMessage(() => process.kill(process.pid, 'SIGKILL'))`
  const child = spawn(process.execPath, ['-e', main], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  // The stream ends when the compute process, which has inherited it, does.
  assert.equal(await text(child.stderr), '')
  assert.equal(child.signalCode, 'SIGKILL')
})
