import { Stream } from '../../core/random.ts'
import type { Lora } from '../../core/step-options.ts'
import { floatData, floats, type HostTensor } from '../../engine/executor.ts'
import { splitLowRank } from '../../engine/rewrite/low-rank.ts'
import type { ModelConfig } from '../model/config.ts'
import { namesOf, parameterShapes } from '../model/parameters.ts'
import type { TrainedPart } from './trained.ts'

/**
 * Low-rank adapters (Hu et al. 2021): the model reads W + (alpha / rank) B A in place of a dense
 * weight W, and only A [rank, I] and B [O, rank] are trained. A starts at random and B at zero, so a
 * run starts from the model itself.
 */
export function adapters(config: ModelConfig, lora: Lora): TrainedPart {
  const all = parameterShapes(config)
  const scale = lora.alpha / lora.rank
  const adapted = targetsOf(config, lora.targets)
  const shapes = new Map<string, readonly number[]>()
  for (const name of adapted) {
    const [outputs, inputs] = all.get(name)! as readonly [number, number]
    const { down, up } = adapterNames(name)
    shapes.set(down, [lora.rank, inputs])
    shapes.set(up, [outputs, lora.rank])
  }
  return {
    shapes,
    frozen: all,
    start: (_, seed) =>
      new Map([...shapes].map(([name, shape]) => [name, fresh(name, shape, seed)])),
    parameters: (b, tensor) => (name) => {
      if (!adapted.includes(name)) return tensor(name)
      const { down, up } = adapterNames(name)
      return b.add(tensor(name), b.mul(b.matMul(tensor(up), tensor(down)), scale))
    },
    rewrite: splitLowRank,
    merge: (tensors) =>
      new Map(
        [...all.keys()].map((name) => {
          const own = tensors.get(name)!
          if (!adapted.includes(name)) return [name, own]
          const { down, up } = adapterNames(name)
          return [name, merged(own, tensors.get(up)!, tensors.get(down)!, scale)]
        }),
      ),
  }
}

/** The weights that are adapted, each once also where layers share them. */
function targetsOf(config: ModelConfig, targets: Lora['targets']): string[] {
  const { layer, headDense } = namesOf(config)
  const parts = Array.from({ length: config.layers }, (_, i) => {
    const { query, key, value, merge, raise, lower } = layer(i)
    return targets === 'dense' ? [query, key, value, merge, raise, lower] : [query, value]
  })
  const head = targets === 'dense' ? [headDense] : []
  return [...new Set([...parts.flat(), ...head].map((part) => `${part}.weight`))]
}

const suffixes = { down: '.lora_A', up: '.lora_B' }

function adapterNames(weight: string) {
  return { down: `${weight}${suffixes.down}`, up: `${weight}${suffixes.up}` }
}

/** A matrix A is normal with variance 1 / I, whatever else there is: each has a stream of its own. */
function fresh(name: string, shape: readonly number[], seed: number): HostTensor {
  const tensor = floats(shape)
  if (!name.endsWith(suffixes.down)) return tensor
  const stream = new Stream(seed, 'lora', name)
  const spread = 1 / Math.sqrt(shape[1]!)
  const data = floatData(tensor)
  for (let i = 0; i < data.length; i++) data[i] = spread * stream.gaussian()
  return tensor
}

/** W [O, I] + scale * B [O, r] A [r, I] */
function merged(weight: HostTensor, up: HostTensor, down: HostTensor, scale: number): HostTensor {
  const result = floatData(weight).slice()
  const [b, a] = [floatData(up), floatData(down)]
  const [rank, inputs] = down.shape as readonly [number, number]
  const row = new Float64Array(inputs)
  for (let o = 0; o * inputs < result.length; o++) {
    row.fill(0)
    for (let k = 0; k < rank; k++) {
      const factor = scale * b[o * rank + k]!
      for (let i = 0; i < inputs; i++) row[i]! += factor * a[k * inputs + i]!
    }
    for (let i = 0; i < inputs; i++) result[o * inputs + i]! += row[i]!
  }
  return floats(weight.shape, result)
}
