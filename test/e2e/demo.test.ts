import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { spawn } from 'node:child_process'
import { root, shiliu, tempFolder } from './shiliu.ts'

/** `npm run demo` itself, over the default model, the real store and the real compute process. */
function runDemo(folder: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(root, 'main/demo.ts'), folder], { cwd: root })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()))
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()))
  return new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr })))
}

test('the demo walks the whole loop, and its export answers by itself', async (t) => {
  const folder = join(tempFolder(t), 'demo')
  const { code, stdout, stderr } = await runDemo(folder)
  assert.equal(code, 0, stderr)
  const stages = [
    'import',
    'label',
    'train',
    'propose',
    'audit',
    'train again',
    'export',
    'predict',
  ]
  for (const stage of stages) assert.match(stdout, new RegExp(`^${stage} +[\\d.]+ s`, 'm'))
  assert.match(stdout, /32 to train on, 100 held out/)
  assert.match(stdout, /The second round (helped|did not help)|No difference seen/)
  const accuracies = [...stdout.matchAll(/^round \d +([\d.]+)%/gm)].map(([, value]) =>
    Number(value),
  )
  assert.equal(accuracies.length, 2)
  assert.ok(Math.max(...accuracies) > 55, `held-out accuracy ${accuracies.join(', ')}`)
  assert.match(stdout, /Scores are not calibrated/)

  const exported = join(folder, 'export')
  assert.ok(existsSync(join(exported, 'SHA256SUMS')))
  const { code: predicted, stdout: answer } = await shiliu(
    ['predict', exported, '师傅准时上门，十分钟就修好了。', '--json'],
    folder,
  )
  assert.equal(predicted, 0)
  const { rows } = JSON.parse(answer) as { rows: { label: string; score: number }[] }
  assert.ok(['满意', '不满'].includes(rows[0]!.label) && rows[0]!.score >= 0.5)
})
