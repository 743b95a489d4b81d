import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '../..')
const sample = join(root, 'resources/sample')

test('the command line refuses a run that needs more than is free, unless told to start anyway', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shiliu-memory-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const shiliu = (...args: string[]) => {
    const env = {
      ...process.env,
      SHILIU_PROJECT: join(folder, 'p.shiliu'),
      SHILIU_MEMORY_LIMIT: '100',
    }
    const bin = join(root, 'bin/shiliu.js')
    return spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env })
  }
  assert.equal(shiliu('new', join(folder, 'p.shiliu')).status, 0)
  assert.equal(shiliu('import', join(sample, 'texts.csv'), '--text', 'text').status, 0)
  assert.equal(shiliu('task', 'set', join(sample, 'task.json')).status, 0)
  assert.equal(shiliu('label', '--from-column', 'label', '--per-class', '4').status, 0)

  const refused = shiliu('train', '--steps', '1', '--json')
  const { error } = JSON.parse(refused.stdout) as {
    error: { code: string; details: { expected: number; got: number } }
  }
  assert.equal(error.code, 'memory.notEnough')
  assert.equal(error.details.got, 100e6)
  assert.ok(error.details.expected > 200e6)
  assert.match(refused.stderr, /^Memory: about 0\.\d\d GB of 0\.10 GB free\.$/m)
  assert.match(refused.stderr, /^ {2}--batch 8: about 0\.\d\d GB$/m)

  const started = shiliu('train', '--steps', '1', '--anyway', '--lang', 'zh')
  assert.equal(started.status, 0, started.stderr)
  assert.match(started.stderr, /^内存：约 0\.\d\d GB，空闲 0\.10 GB。$/m)
})
