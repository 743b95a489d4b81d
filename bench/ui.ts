import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { table } from '../main/cli/table.ts'
import { builtSize, type Size } from './built-size.ts'
import { coldLoads, type Quartiles } from './cold-load.ts'
import { labelLatency } from './label-latency.ts'
import { underConditions, type Conditions } from './window.ts'

/**
 * The interface as it was built: its size, how soon it shows something, and how soon the next text
 * follows a label. Prints them and writes bench/results/ui.json.
 *
 * npm run bench:ui [-- ROWS KEYS LOADS]; CHROMIUM says where the browser is.
 */

const [rows = 100_000, keys = 300, loads = 9] = process.argv.slice(2).map(Number)
const root = resolve(import.meta.dirname, '..')

const size = builtSize(join(root, 'out/renderer'))
const kilobytes = ({ raw, gzip }: Size) => [raw, gzip].map((n) => `${(n / 1000).toFixed(1)} kB`)
const assets = size.assets.map((asset) => [asset.path, ...kilobytes(asset)])
console.log(table([['built', 'raw', 'gzip'], ...assets, ['total', ...kilobytes(size.total)]]))

const coldLoad = await underConditions(() => coldLoads(loads))
const times = ({ lower, median, upper }: Quartiles) => [median, lower, upper].map(milliseconds)
console.log(
  `\n${coldLoad.loads} cold loads in Chromium ${coldLoad.chromium}, without a GPU, ${shown(coldLoad)}`,
)
console.log(
  table([
    ['since navigation', 'median', 'lower quartile', 'upper quartile'],
    ['first paint', ...times(coldLoad.firstPaint)],
    ['first contentful paint', ...times(coldLoad.firstContentfulPaint)],
  ]),
)

const label = await underConditions(() => labelLatency(rows, keys))
console.log(`\n${label.keys} labels in a project of ${label.rows} rows, ${shown(label)}`)
const [p50, p95, p99] = [label.p50, label.p95, label.p99].map(milliseconds)
console.log(`from key to next text: p50 ${p50}, p95 ${p95}, p99 ${p99}`)

const results = join(root, 'bench/results')
mkdirSync(results, { recursive: true })
writeFileSync(join(results, 'ui.json'), `${JSON.stringify({ size, coldLoad, label }, null, 2)}\n`)

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`
}

function shown({ cpus, loadAverage: [before, after] }: Conditions): string {
  return `on ${cpus} CPUs at a load average of ${before.toFixed(1)} before and ${after.toFixed(1)} after`
}
