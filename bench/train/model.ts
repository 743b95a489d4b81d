import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Stream } from '../../core/random.ts'
import { freshBert } from '../../learn/model/config.ts'
import { initialWeights } from '../../learn/model/initial-weights.ts'
import { createTokenizer } from '../../learn/text/tokenizer.ts'
import { writeModel, type Model } from '../../worker/model-folder.ts'

export interface ModelSize {
  readonly layers: number
  readonly hidden: number
  readonly heads: number
}

export const sizes: readonly ModelSize[] = [
  { layers: 4, hidden: 312, heads: 12 },
  { layers: 6, hidden: 384, heads: 12 },
  { layers: 12, hidden: 768, heads: 12 },
]

export const nameOf = ({ layers, hidden }: ModelSize) => `${layers}x${hidden}`

/** As many tokens as BERT's Chinese vocabulary has: ours, filled up. */
const vocabSize = 21_128

/** A model of random weights in a folder that both sides read. */
export async function makeModel({
  layers,
  hidden,
  heads,
}: ModelSize): Promise<{ readonly model: Model; readonly folder: string }> {
  const own = readFileSync(resolve(import.meta.dirname, '../../resources/model/vocab.txt'), 'utf8')
  const vocab = own.trimEnd().split('\n')
  const unused = Array.from({ length: vocabSize - vocab.length }, (_, i) => `[unused${i}]`)
  const tokenizer = createTokenizer([...vocab, ...unused])
  const config = freshBert({
    vocabSize,
    hiddenSize: hidden,
    layers,
    heads,
    intermediateSize: 4 * hidden,
    maxPositions: 512,
  })
  const model = { config, tokenizer, weights: initialWeights(config, new Stream(1, 'bench')) }
  const folder = mkdtempSync(join(tmpdir(), 'shiliu-bench-'))
  await writeModel(folder, model)
  return { model, folder }
}
