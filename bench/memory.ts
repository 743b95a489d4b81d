import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { table } from '../main/cli/table.ts'
import { quartiles } from './train/quartiles.ts'
import { runAsWorker } from './as-worker.ts'

/**
 * Memory of a forward and backward pass with and without activation checkpointing: the largest resident
 * set of a fresh process for each case, and its time. Prints them and writes bench/results/memory.json.
 *
 * npm run bench:memory [-- LAYERS WIDTH HEADS BATCH TOKENS REPEATS]
 */

runAsWorker()

const given = process.argv.slice(2).map(Number)
const [layers = 12, hidden = 384, heads = 12, batch = 32, tokens = 128, repeats = 5] = given
const child = join(import.meta.dirname, 'memory/child.ts')

interface Measured {
  readonly megabytes: number
  readonly before: number
  readonly seconds: readonly number[]
}

const cases = [0, 1, 2, 3, 4].map((every) => {
  const size = [layers, hidden, heads, batch, tokens, every, repeats + 1].map(String)
  const { seconds, ...memory } = JSON.parse(
    execFileSync(process.execPath, [child, ...size], { encoding: 'utf8' }),
  ) as Measured
  // The first run fills the arena.
  return { every, ...memory, time: quartiles(seconds.slice(1)) }
})
const [plain] = cases
console.log(`${layers} x ${hidden}, batch ${batch} at ${tokens} tokens, ${cpus().length} threads`)
console.log(
  table([
    ['what stays', 'peak', 'of all', 'median time', 'of all'],
    ...cases.map(({ every, megabytes, time }) => [
      every === 0 ? 'everything' : every === 1 ? 'every layer' : `every ${every} layers`,
      `${megabytes.toFixed(0)} MB`,
      `${(megabytes / plain!.megabytes).toFixed(2)} x`,
      `${time.median.toFixed(2)} s`,
      `${(time.median / plain!.time.median).toFixed(2)} x`,
    ]),
  ]),
)
const results = resolve(import.meta.dirname, 'results')
mkdirSync(results, { recursive: true })
const conditions = {
  layers,
  hidden,
  heads,
  batch,
  tokens,
  cpu: cpus()[0]?.model,
  threads: cpus().length,
}
writeFileSync(join(results, 'memory.json'), `${JSON.stringify({ conditions, cases }, null, 2)}\n`)
