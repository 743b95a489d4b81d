import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { benchmarkTasks } from '../../core/benchmark.ts'
import { fewclueTasks } from '../../learn/fewclue.ts'
import { evaluate, type EvaluateInput } from '../../main/training/programs/evaluate.ts'
import type { Work } from '../../main/training/work.ts'
import { tempFolder } from './temp-project.ts'

/** Evaluates without computing, and gives the lines that this left. */
async function readsOf(root: string, changes: Partial<EvaluateInput>): Promise<object[]> {
  const input = {
    ...{ fewclue: root, task: 'eprstmt', splits: [0], final: false, base: 'base', poolSteps: 0 },
    ...{ recipe: {}, seed: 1, threads: 1, workFolder: root },
    ...changes,
  }
  const computed = { kind: 'evaluate', rows: [] }
  const work = { input, host: { root }, compute: () => Promise.resolve(computed) }
  await evaluate(work as unknown as Work)
  const path = join(root, 'bench/results/test-reads.jsonl')
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as object)
}

test('every read of the test set is recorded with its purpose and its data', async (t) => {
  const root = tempFolder(t)
  for (const part of ['train_0', 'dev_0', 'test_public', 'unlabeled']) {
    writeFileSync(join(root, `${part}.json`), part)
  }
  assert.deepEqual(await readsOf(root, {}), [])
  await readsOf(root, { poolSteps: 10 })
  const lines = await readsOf(root, { final: true, poolSteps: 10 })
  const data = hash('sha256', 'test_public')
  assert.deepEqual(
    lines.map((line) => [(line as { purpose: string }).purpose, (line as { data: string }).data]),
    ['overlap', 'final', 'overlap'].map((purpose) => [purpose, data]),
  )
})

test('a read that cannot happen is not recorded', async (t) => {
  const root = tempFolder(t)
  writeFileSync(join(root, 'train_0.json'), '')
  const path = join(root, 'test_public.json')
  await assert.rejects(readsOf(root, { final: true }), {
    code: 'benchmark.noFile',
    details: { path },
  })
  await assert.rejects(readsOf(root, { final: true, task: 'csl' }), {
    code: 'benchmark.unknownTask',
  })
  assert.equal(existsSync(join(root, 'bench')), false)
})

test('the tasks that are known here are those that can be computed', () => {
  assert.deepEqual([...benchmarkTasks].sort(), Object.keys(fewclueTasks).sort())
})
