import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { table } from '../main/cli/table.ts'
import { ortExecutor } from '../worker/ort.ts'
import { batchesOf } from './train/batches.ts'
import { encoderRun } from './train/encoder.ts'
import { largeProduct } from './train/flops.ts'
import { stepTimes, type Way } from './train/fuzzy-step.ts'
import { makeModel, nameOf, sizes } from './train/model.ts'
import { Peer } from './train/peer.ts'
import { quartiles, ratios, type Quartiles } from './train/quartiles.ts'
import { scoreTimes } from './train/scoring.ts'
import { runAsWorker } from './as-worker.ts'

/**
 * Training and scoring beside PyTorch and transformers: the same weights, batches and threads, dropout
 * off, a run of one after a run of the other. Prints ratios and writes bench/results/train.json.
 *
 * npm run bench:train -- --python PATH --data FEWCLUE [--models 4x312,6x384] [--parts encoder,step,score]
 *   [--ways common,careful] [--shapes 16x64,32x128] [--repeats 7] [--texts 5000] [--threads 2] [--compile]
 *
 * What earlier runs under the same conditions have measured beside this stays in the file.
 */

runAsWorker()

const { values: given } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    data: { type: 'string', default: '' },
    models: { type: 'string', default: sizes.map(nameOf).join(',') },
    shapes: { type: 'string', default: '16x64,16x128,32x64,32x128' },
    parts: { type: 'string', default: 'encoder,step,score' },
    ways: { type: 'string', default: 'common,careful' },
    repeats: { type: 'string', default: '7' },
    texts: { type: 'string', default: '5000' },
    threads: { type: 'string', default: String(cpus().length) },
    compile: { type: 'boolean', default: false },
  },
})
const parts = given.parts.split(',')
const shapes = given.shapes
  .split(',')
  .map((shape) => shape.split('x').map(Number) as [number, number])
const repeats = Number(given.repeats)
const threads = Number(given.threads)

interface Row {
  readonly model: string
  readonly batch: number
  readonly tokens: number
  /** What was measured and against what. */
  readonly case: string
  /** Seconds here. */
  readonly own: Quartiles
  readonly peer: Quartiles
  /** How many times as long the peer took. */
  readonly ratio: Quartiles
  readonly [detail: string]: unknown
}
const rows: Row[] = []
const file = resolve(import.meta.dirname, 'results/train.json')
const peer = new Peer(given.python)
const versions = await peer.ask<Record<string, string>>('hello', { threads })
const executor = ortExecutor({ threads })

for (const size of sizes.filter((one) => given.models.split(',').includes(nameOf(one)))) {
  const { model, folder } = await makeModel(size)
  await peer.ask('load', { folder })
  const report = (
    row: Omit<Row, 'model' | 'ratio' | 'own' | 'peer'>,
    own: number[],
    other: number[],
  ) => {
    const measured = { own: quartiles(own), peer: quartiles(other), ratio: ratios(own, other) }
    rows.push({ model: nameOf(size), ...row, ...measured } as Row)
    console.log(shown(rows.at(-1)!).join('  '))
    save()
  }
  for (const [batch, tokens] of shapes) {
    if (parts.includes('encoder')) {
      for (const compiled of given.compile ? [false, true] : [false]) {
        const encoder = await encoderRun(executor, model, batch, tokens)
        const square = await largeProduct(executor)
        const own: number[] = []
        const other: number[] = []
        const alone: number[] = []
        for (let i = -2; i < repeats; i++) {
          const seconds = await encoder.run()
          const product = await square.run()
          const input = { batch, tokens, seed: 1, repeats: 1, compiled }
          const [theirs] = (await peer.ask<{ seconds: number[] }>('encoder', input)).seconds
          if (i < 0) continue
          own.push(seconds)
          other.push(theirs!)
          alone.push(product)
        }
        await encoder.dispose()
        await square.dispose()
        const gflops = Math.round(encoder.flops / quartiles(own).median / 1e9)
        const peakGflops = Math.round(square.flops / quartiles(alone).median / 1e9)
        const name = compiled ? 'encoder, torch.compile' : 'encoder, eager'
        report({ batch, tokens, case: name, gflops, peakGflops }, own, other)
      }
    }
    if (parts.includes('step')) {
      for (const task of ['eprstmt', 'tnews'] as const) {
        for (const way of given.ways.split(',') as Way[]) {
          const batches = batchesOf(given.data, task, model.tokenizer, batch, tokens, 20 + repeats)
          const {
            own,
            peer: other,
            lossDifference,
          } = await stepTimes(executor, peer, way, model, batches, tokens)
          report(
            { batch, tokens, case: `${task} step, ${way}`, lossDifference },
            [...own],
            [...other],
          )
        }
      }
    }
  }
  if (parts.includes('score')) {
    const { own, pipeline, sorted, ...rest } = await scoreTimes(
      executor,
      peer,
      model,
      given.data,
      Number(given.texts),
    )
    const row = { batch: 32, tokens: 128, ...rest }
    report({ ...row, case: 'scoring, pipeline' }, [...own], [...pipeline])
    report({ ...row, case: 'scoring, sorted loop' }, [...own], [...sorted])
  }
  rmSync(folder, { recursive: true })
}
peer.close()
await executor.dispose()

console.log(
  `\nPyTorch ${versions['torch']}, transformers ${versions['transformers']}, ${threads} threads`,
)
console.log(
  table([['model', 'batch', 'case', 'here', 'peer', 'ratio', 'quartiles', ''], ...rows.map(shown)]),
)
/** After every row: the whole takes hours, and what is measured is kept. */
function save(): void {
  const conditions = { versions, threads, cpu: cpus()[0]?.model, repeats }
  const kept = earlier(conditions).filter((row) => !rows.some((own) => keyOf(own) === keyOf(row)))
  const all = [...kept, ...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  mkdirSync(resolve(file, '..'), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ conditions, rows: all }, null, 2)}\n`)
}

/** The rows of the file, where they were measured under the same conditions. */
function earlier(conditions: unknown): Row[] {
  if (!existsSync(file)) return []
  const found = JSON.parse(readFileSync(file, 'utf8')) as { conditions: unknown; rows: Row[] }
  return isDeepStrictEqual(found.conditions, conditions) ? found.rows : []
}

function keyOf({ model, batch, tokens, case: name }: Row): string {
  return [model.padStart(8), String(batch).padStart(4), String(tokens).padStart(4), name].join(' ')
}

function shown({
  model,
  batch,
  tokens,
  case: name,
  own,
  peer: other,
  ratio,
  ...rest
}: Row): string[] {
  const seconds = (value: number) =>
    value < 1 ? `${(value * 1000).toFixed(1)} ms` : `${value.toFixed(2)} s`
  const details = Object.entries(rest).map(([key, value]) =>
    typeof value === 'number' ? `${key} ${value < 0.01 ? value.toExponential(1) : value}` : '',
  )
  return [
    model,
    `${batch} x ${tokens}`,
    name,
    seconds(own.median),
    seconds(other.median),
    `${ratio.median.toFixed(2)} x`,
    `${ratio.lower.toFixed(2)} to ${ratio.upper.toFixed(2)}`,
    details.join(' '),
  ]
}
