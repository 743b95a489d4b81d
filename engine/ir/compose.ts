import type { GraphBuilder } from './builder.ts'
import { knownShape, type Node } from './node.ts'

/** Functions over primitives. Where a fused kernel exists, `rewrite/fuse.ts` finds it again. */

/** x [..., I], weight [O, I] (the layout of PyTorch), bias [O] -> [..., O]. */
export function linear(b: GraphBuilder, x: Node, weight: Node, bias: Node): Node {
  return b.add(b.matMul(x, b.transpose(weight, [1, 0])), bias)
}

/** Layer normalisation over the last axis (Ba et al. 2016). scale, bias: [H]. */
export function layerNorm(
  b: GraphBuilder,
  x: Node,
  scale: Node,
  bias: Node,
  epsilon: number,
): Node {
  const last = [x.shape.length - 1]
  const mean = b.reduceMean(x, last, true)
  const centred = b.sub(x, mean)
  const variance = b.reduceMean(b.mul(centred, centred), last, true)
  const inverse = b.div(1, b.sqrt(b.add(variance, epsilon)))
  return b.add(b.mul(b.mul(centred, inverse), scale), bias)
}

/**
 * The exact Gaussian error linear unit, x * Phi(x), written in u = x / sqrt(2): so its factors are at
 * its ends, where `moveScales` finds a matrix product to take them.
 */
export function gelu(b: GraphBuilder, x: Node): Node {
  const u = b.mul(x, Math.SQRT1_2)
  return b.mul(b.mul(u, b.add(b.erf(u), 1)), Math.SQRT1_2)
}

/** Its approximation by tanh (Hendrycks and Gimpel 2016), which is another function: 5e-4 apart. */
export function geluTanh(b: GraphBuilder, x: Node): Node {
  const cube = b.mul(b.mul(b.mul(x, x), x), 0.044715)
  const inner = b.mul(b.add(x, cube), Math.sqrt(2 / Math.PI))
  return b.mul(x, b.mul(b.add(b.tanh(inner), 1), 0.5))
}

/** log sum exp over the last axis, which is kept with length 1. */
export function logSumExp(b: GraphBuilder, x: Node): Node {
  const last = [x.shape.length - 1]
  const top = b.stopGradient(b.reduceMax(x, last, true))
  return b.add(b.log(b.reduceSum(b.exp(b.sub(x, top)), last, true)), top)
}

/** The prime below 2^10 for which cubing is a bijection, so that hashed values stay uniform. */
export const hashPrime = 1019

/**
 * Inverted dropout without state: what falls depends only on the place, the seed and the site.
 *
 * `seed` is a float scalar holding an integer in [0, hashPrime); feed another one each step. All
 * arithmetic is exact in float32, so every device draws the same mask (decision 14). A step draws
 * `hashPrime` rows of keep or drop, the same for all its sites, and each row of x takes one of them by
 * its hash: two rows of a step share one now and then, and a pass over x costs one gather.
 */
export function dropout(b: GraphBuilder, x: Node, rate: number, seed: Node, site: number): Node {
  if (rate === 0) return x
  const shape = knownShape(x.shape)
  const outer = shape.slice(0, -1)
  const rows = outer.reduce((product, dim) => product * dim, 1)
  const drawn = b.cast(hashIndices(b, rows, seed, 4 + site), 'int64')
  const kept = keptRows(b, shape.at(-1)!, rate, seed)
  return b.mul(x, b.gather(kept, b.reshape(drawn, outer)))
}

/**
 * [hashPrime, columns]: 0 where dropped, else what makes up for it. The hashes of a row and a column meet
 * in a multiply-add modulo a prime, cubed so that equal columns part again.
 */
function keptRows(b: GraphBuilder, columns: number, rate: number, seed: Node): Node {
  const hash = (shape: number[], salt: number) =>
    b.reshape(hashIndices(b, Math.max(...shape), seed, salt), shape)
  const [row, column] = [
    [hashPrime, 1],
    [1, columns],
  ] as const
  const slope = b.add(modulo(b, hash([...column], 0), hashPrime - 1), 1)
  const shift = hash([...column], 1)
  const mixed = modulo(b, b.add(b.mul(hash([...row], 2), slope), hash([...row], 3)), hashPrime)
  const square = modulo(b, b.mul(mixed, mixed), hashPrime)
  const drawn = modulo(b, b.add(b.mul(square, mixed), shift), hashPrime)

  const dropped = Math.round(rate * hashPrime)
  const isKept = b.cast(b.less(b.scalar(dropped - 0.5), drawn), 'float32')
  return b.mul(isKept, hashPrime / (hashPrime - dropped))
}

/** [count] floats in [0, hashPrime), hashed from (index, seed, salt). */
function hashIndices(b: GraphBuilder, count: number, seed: Node, salt: number): Node {
  const low = Array.from({ length: count }, (_, i) => i % hashPrime)
  const high = Array.from({ length: count }, (_, i) => Math.floor(i / hashPrime) % hashPrime)
  const cube = (x: Node) => modulo(b, b.mul(modulo(b, b.mul(x, x), hashPrime), x), hashPrime)
  const salted = (x: Node, factor: number, offset: number) =>
    modulo(b, b.add(b.mul(x, factor), (offset * (salt + 1)) % hashPrime), hashPrime)

  const start = cube(salted(seed, 421, 233))
  let state = modulo(b, b.add(b.constant('float32', [count], low), start), hashPrime)
  state = salted(cube(state), 587, 71)
  state = modulo(b, b.add(b.add(state, b.constant('float32', [count], high)), start), hashPrime)
  state = salted(cube(state), 751, 409)
  return cube(modulo(b, b.add(b.mul(start, 3), state), hashPrime))
}

/**
 * x mod m for integers 0 <= x < 2^21 in float32: the half keeps every quotient a safe distance from
 * the next integer, so no rounding of the reciprocal can change the floor.
 */
export function modulo(b: GraphBuilder, x: Node, m: number): Node {
  const quotient = b.floor(b.mul(b.add(x, 0.5), 1 / m))
  return b.sub(x, b.mul(quotient, m))
}
