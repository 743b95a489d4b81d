import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { Stream } from '../../core/random.ts'
import { initialWeights } from '../../learn/model/initial-weights.ts'
import { freshBert } from '../../learn/model/config.ts'
import { createTokenizer } from '../../learn/text/tokenizer.ts'
import { specialTokens } from '../../learn/text/special-tokens.ts'
import { ortExecutor } from '../../worker/ort.ts'
import { encoderRun } from '../train/encoder.ts'

/**
 * One case of `npm run bench:memory` in a process of its own: the encoder's forward and backward pass.
 * Arguments: layers, width, heads, batch, tokens, boundaries between values that stay (0: all stay),
 * repeats. Prints the largest resident set in MB, that before the first run, and the seconds of each run.
 */

const [layers, hidden, heads, batch, tokens, every, repeats] = process.argv
  .slice(2)
  .map(Number) as [number, number, number, number, number, number, number]
const config = freshBert({
  vocabSize: 8000,
  hiddenSize: hidden,
  layers,
  heads,
  intermediateSize: 4 * hidden,
  maxPositions: 512,
})
const weights = initialWeights(config, new Stream(1, 'bench'))
const model = { config, weights, tokenizer: createTokenizer([...specialTokens]) }
const executor = ortExecutor({ threads: cpus().length })
const encoder = await encoderRun(executor, model, batch, tokens, every)
const before = largestSet()
const seconds: number[] = []
for (let i = 0; i < repeats; i++) seconds.push(await encoder.run())
console.log(JSON.stringify({ megabytes: largestSet(), before, seconds }))
await executor.dispose()

/** VmHWM in MB. */
function largestSet(): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  if (kilobytes === undefined) throw new Error('only Linux says how large a process was')
  return Number(kilobytes) / 1024
}
