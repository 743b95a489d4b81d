import type { Stream } from '../../core/random.ts'
import { floats, type HostTensor } from '../../engine/executor.ts'
import type { BertConfig } from './config.ts'
import { namesOf, parameterShapes } from './parameters.ts'

const names = namesOf({ family: 'bert' })

/**
 * The standard deviation of fresh matrices: BERT's 0.02 at its width of 768, and at other widths what
 * keeps the signals of the same size.
 */
const spread = (inputs: number) => 0.02 * Math.sqrt(768 / inputs)

/** How much more a neighbour's score is than that of other places, before the softmax. */
const neighbourScore = 6

/**
 * Fresh weights: matrices normal, norms one, biases and token types zero, and two heads of the first
 * layer that look at the token before and the token after (decision 006).
 *
 * A small model of fresh random weights learns the frequencies of characters at once and which
 * characters stand side by side only millions of tokens later, when a head has happened to find the
 * neighbouring place. Here positions start as sinusoids in as many columns as a head is wide, where
 * words start with zeros; query and key of the two heads read these columns, turned by one place
 * against each other. From there everything is learned as usual.
 */
export function initialWeights(config: BertConfig, stream: Stream): Map<string, HostTensor> {
  const weights = new Map<string, HostTensor>()
  for (const [name, shape] of parameterShapes(config)) {
    const tensor = floats(shape)
    const data = tensor.data as Float32Array
    if (/LayerNorm\.weight$/.test(name)) data.fill(1)
    else if (shape.length === 2 && name !== names.types) {
      for (let i = 0; i < data.length; i++) data[i] = spread(shape[1]!) * stream.gaussian()
    }
    weights.set(name, tensor)
  }
  // At least half of the heads stay free to look for something else.
  if (config.heads >= 4) lookAtNeighbours(config, weights)
  return weights
}

function lookAtNeighbours(config: BertConfig, weights: Map<string, HostTensor>): void {
  const matrix = (name: string) => weights.get(name)!.data as Float32Array
  const { hiddenSize } = config
  const width = 2 * Math.floor(hiddenSize / config.heads / 2)
  const words = matrix(names.words)
  for (let row = 0; row < config.vocabSize; row++) {
    words.fill(0, row * hiddenSize, row * hiddenSize + width)
  }
  writePositions(matrix(names.positions), hiddenSize, width)
  const query = matrix(`${names.layer(0).query}.weight`)
  const key = matrix(`${names.layer(0).key}.weight`)
  const headWidth = hiddenSize / config.heads
  for (const [head, offset] of [-1, 1].entries()) {
    writeTurn(query, hiddenSize, head * headWidth, width, offset)
    writeTurn(key, hiddenSize, head * headWidth, width, 0)
  }
}

/** The frequency of a pair of columns: evenly spaced, so that different places are nearly orthogonal. */
function frequency(pair: number, width: number): number {
  return (0.97 * Math.PI * (pair + 0.5)) / (width / 2)
}

function writePositions(positions: Float32Array, hiddenSize: number, width: number): void {
  positions.fill(0)
  const amplitude = Math.SQRT2 * spread(hiddenSize)
  for (let at = 0; at * hiddenSize < positions.length; at++) {
    for (let pair = 0; pair < width / 2; pair++) {
      const angle = at * frequency(pair, width)
      positions[at * hiddenSize + 2 * pair] = amplitude * Math.sin(angle)
      positions[at * hiddenSize + 2 * pair + 1] = amplitude * Math.cos(angle)
    }
  }
}

/** Rows of a head's query or key that read the position columns, moved by `offset` places. */
function writeTurn(
  weight: Float32Array,
  hiddenSize: number,
  firstRow: number,
  width: number,
  offset: number,
): void {
  const scale = Math.sqrt(neighbourScore / Math.sqrt(width))
  for (let pair = 0; pair < width / 2; pair++) {
    const angle = offset * frequency(pair, width)
    const [cosine, sine] = [scale * Math.cos(angle), scale * Math.sin(angle)]
    const [first, second] = [firstRow + 2 * pair, firstRow + 2 * pair + 1]
    weight.fill(0, first * hiddenSize, (second + 1) * hiddenSize)
    weight[first * hiddenSize + 2 * pair] = cosine
    weight[first * hiddenSize + 2 * pair + 1] = sine
    weight[second * hiddenSize + 2 * pair] = -sine
    weight[second * hiddenSize + 2 * pair + 1] = cosine
  }
}
