import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Stream } from '../../core/random.ts'
import { openProject } from '../../main/store/open.ts'
import { redo, undo } from '../../main/store/undo.ts'
import { fill, tempProject } from './temp-project.ts'

const child = resolve(import.meta.dirname, '../fixtures/labelling-child.ts')

/** Lets a process work on the project and kills it after a while. Returns what it had said. */
async function workUntilKilled(path: string, seed: number, afterMs: number): Promise<string[]> {
  const worker = spawn(process.execPath, [child, path, `${seed}`])
  let said = ''
  worker.stdout.on('data', (part: Buffer) => (said += part.toString()))
  await once(worker.stdout, 'data')
  await setTimeout(afterMs)
  worker.kill('SIGKILL')
  await once(worker, 'close')
  return said.split('\n').slice(0, -1)
}

test('after a kill at any point, the labels are those of the last action that returned, or of the one under way', async (t) => {
  const project = tempProject(t)
  fill(project.writable, 60)
  project.close()
  const stream = new Stream(3, 'kill', 'times')
  for (let kill = 0; kill < 8; kill++) {
    const said = await workUntilKilled(project.path, kill, stream.below(150))
    const states = said.filter((line) => line.startsWith('state ')).map((line) => line.slice(6))
    const isUnderWay = said.at(-1) === 'begin'
    const again = openProject(project.path, 'write')
    const db = again.writable!
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
    const read = () =>
      JSON.stringify(
        db.prepare('SELECT text_id, state, class_id FROM label ORDER BY text_id').raw().all(),
      )
    if (!isUnderWay) assert.equal(read(), states.at(-1))
    else if (read() !== states.at(-1)) {
      const now = read()
      const back = undo(db)
      const isForward = back !== null && read() === states.at(-1)
      if (back) redo(db)
      if (!isForward) {
        redo(db)
        assert.equal(read(), states.at(-1), 'the action under way was neither done nor left out')
        undo(db)
      }
      assert.equal(read(), now)
    }
    again.close()
  }
})
