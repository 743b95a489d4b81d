import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TrainOutcome } from '../../core/records.ts'
import { base, labelledProject } from './labelled-project.ts'
import { ask, shiliu, start, tempFolder } from './shiliu.ts'

const settings = ['--base', base, '--steps', '300', '--batch', '4', '--max-tokens', '32']

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} stops a running training in order, with code ${code}, and it goes on`, async (t) => {
    const folder = tempFolder(t)
    await labelledProject(folder)
    const { child, ended } = start(['train', ...settings, '--checkpoint-every', '1000'], folder)
    let said = ''
    while (!said.includes('train')) said += String(await once(child.stderr!, 'data'))
    child.kill(signal)
    const stopped = await ended
    assert.deepEqual([stopped.code, stopped.signal, stopped.stdout], [code, null, ''])
    assert.match(stopped.stderr, /stopping \.\.\.\nStopped\. .*Command: shiliu train --resume/)
    const status = await shiliu(['status'], folder)
    assert.match(status.stdout, /Next: shiliu train --resume/)
    const { round } = await ask<TrainOutcome>(['train', '--resume'], folder)
    assert.equal(round, 1)
  })
}

test('a round that was trained is exported, and its folder answers a file', async (t) => {
  const folder = tempFolder(t)
  await labelledProject(folder)
  await ask(['train', ...settings, '--steps', '20'], folder)
  const exported = await shiliu(['export', 'model'], folder)
  assert.equal(exported.code, 0, exported.stderr)
  assert.match(exported.stdout, /^Round 1 is in .*model, \d+ files\.\n.*largest difference/s)
  writeFileSync(join(folder, 'new.csv'), 'id,text\n1,修好了，很满意\n2,\n')
  const predict = ['predict', 'model', '--file', 'new.csv', '--text', 'text', '--out', 'out.csv']
  const { stdout } = await shiliu(predict, folder)
  assert.match(stdout, /^1 text classified, answers in .*out\.csv\.\n1 row left out:\n {2}line 3: /)
  const again = await shiliu(predict, folder)
  assert.deepEqual([again.code, /nothing was overwritten/.test(again.stderr)], [2, true])
})
