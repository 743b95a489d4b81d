import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Program } from '../../../engine/executor.ts'
import { ProgramCache } from '../../../engine/program-cache.ts'

test('the programs that were used last are kept, the others disposed of', async () => {
  const log: string[] = []
  const cache = new ProgramCache(2)
  const use = (key: string) =>
    cache.of(key, () => {
      log.push(`compile ${key}`)
      const dispose = async () => void log.push(`dispose ${key}`)
      return { inputs: [], outputs: [], run: async () => ({}), dispose } satisfies Program
    })
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await use(key)
  const before = ['compile a', 'compile b', 'compile c', 'dispose b', 'compile b', 'dispose c']
  assert.deepEqual(log, before)
  await cache.dispose()
  assert.deepEqual(log, [...before, 'dispose a', 'dispose b'])
})
