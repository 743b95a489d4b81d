import type { GraphBuilder } from './ir/builder.ts'
import { isOp, type Node } from './ir/node.ts'

/** How the learning rate moves: up linearly for `warmup` steps, then down linearly to 0 at `steps`. */
export interface Schedule {
  readonly peak: number
  readonly warmup: number
  readonly steps: number
}

interface OptimizerSettings {
  readonly schedule: Schedule
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  /** Largest global norm of the gradients. */
  readonly clip: number
}

export interface AdamW extends OptimizerSettings {
  readonly kind: 'adamw'
}

export interface Lamb extends OptimizerSettings {
  readonly kind: 'lamb'
}

export type Optimizer = AdamW | Lamb

/** The new value of a parameter and of its two moments, each of the parameter's shape. */
export interface Updated {
  readonly parameter: Node
  readonly moment1: Node
  readonly moment2: Node
}

/** The names under which a parameter's state travels through a step. */
export const momentNames = (parameter: string): readonly [string, string] => [
  `${parameter}.moment1`,
  `${parameter}.moment2`,
]

/** `step` counts from 1. */
export function learningRate(b: GraphBuilder, { peak, warmup, steps }: Schedule, step: Node): Node {
  const up = b.mul(step, 1 / Math.max(1, warmup))
  const down = b.div(b.sub(steps + 1, step), Math.max(1, steps + 1 - warmup))
  return b.mul(b.max(b.min(b.min(up, down), 1), 0), peak)
}

/** The square root of the sum of all squares. */
export function globalNorm(b: GraphBuilder, tensors: readonly Node[]): Node {
  const squares = tensors.map((x) =>
    b.reduceSum(
      b.mul(x, x),
      x.shape.map((_, axis) => axis),
    ),
  )
  return b.sqrt(squares.reduce((sum, square) => b.add(sum, square)))
}

/**
 * One step of an optimiser, all inside the graph: clipping by the global norm, both moments with bias
 * correction, and the optimiser's own rule. Biases and norms, that is all parameters of rank 1, do
 * not decay. `step` counts from 1.
 */
export function updateParameters(
  b: GraphBuilder,
  optimizer: Optimizer,
  parameters: readonly Node[],
  gradients: readonly Node[],
  step: Node,
): { readonly updates: ReadonlyMap<Node, Updated>; readonly norm: Node } {
  const norm = globalNorm(b, gradients)
  const scale = b.min(b.div(optimizer.clip, b.add(norm, 1e-6)), 1)
  const move = optimizer.kind === 'adamw' ? adamW(b, optimizer, step) : lamb(b, optimizer, step)

  const updates = new Map<Node, Updated>()
  parameters.forEach((parameter, i) => {
    const gradient = b.mul(gradients[i]!, scale)
    const [m, v] = momentInputs(b, parameter)
    const moment1 = blend(b, m, gradient, optimizer.beta1)
    const moment2 = blend(b, v, b.mul(gradient, gradient), optimizer.beta2)
    updates.set(parameter, { parameter: move(parameter, moment1, moment2), moment1, moment2 })
  })
  return { updates, norm }
}

/** The new value of a parameter, given its new moments. */
type Move = (parameter: Node, moment1: Node, moment2: Node) => Node

/** Decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2). */
function adamW(b: GraphBuilder, settings: AdamW, step: Node): Move {
  const rate = learningRate(b, settings.schedule, step)
  const correction1 = biasCorrection(b, settings.beta1, step)
  const correction2 = b.sqrt(biasCorrection(b, settings.beta2, step))
  const stepSize = b.div(rate, correction1)
  const decay = b.sub(1, b.mul(rate, settings.weightDecay))
  return (parameter, moment1, moment2) => {
    const divisor = b.add(b.div(b.sqrt(moment2), correction2), settings.epsilon)
    const kept =
      settings.weightDecay > 0 && mayDecay(parameter) ? b.mul(parameter, decay) : parameter
    return b.sub(kept, b.div(b.mul(moment1, stepSize), divisor))
  }
}

/**
 * Steps in proportion to the norm of the tensor that they move (You et al. 2020, algorithm 2), without
 * bounds on the ratio. Parameters that do not decay skip the ratio, as in EasyTransfer.
 */
function lamb(b: GraphBuilder, settings: Lamb, step: Node): Move {
  const rate = learningRate(b, settings.schedule, step)
  const correction1 = biasCorrection(b, settings.beta1, step)
  const correction2 = b.sqrt(biasCorrection(b, settings.beta2, step))
  return (parameter, moment1, moment2) => {
    const divisor = b.add(b.div(b.sqrt(moment2), correction2), settings.epsilon)
    const direction = b.div(b.div(moment1, correction1), divisor)
    if (!mayDecay(parameter)) return b.sub(parameter, b.mul(direction, rate))
    const wanted = b.add(direction, b.mul(parameter, settings.weightDecay))
    return b.sub(parameter, b.mul(wanted, b.mul(rate, trustRatio(b, parameter, wanted))))
  }
}

/** |parameter| / |update|, or 1 where either is 0. */
function trustRatio(b: GraphBuilder, parameter: Node, update: Node): Node {
  const [own, other] = [globalNorm(b, [parameter]), globalNorm(b, [update])]
  const zero = b.scalar(0)
  const isMeant = b.and(b.less(zero, own), b.less(zero, other))
  return b.where(isMeant, b.div(own, other), b.scalar(1))
}

function mayDecay(parameter: Node): boolean {
  return parameter.shape.length > 1
}

function momentInputs(b: GraphBuilder, parameter: Node): readonly [Node, Node] {
  if (!isOp(parameter, 'Input')) throw new Error('a parameter is an input of the graph')
  const [first, second] = momentNames(parameter.attributes.name)
  return [
    b.input(first, parameter.dtype, parameter.shape),
    b.input(second, parameter.dtype, parameter.shape),
  ]
}

function blend(b: GraphBuilder, old: Node, fresh: Node, beta: number): Node {
  return b.add(b.mul(old, beta), b.mul(fresh, 1 - beta))
}

/** 1 - beta^step */
function biasCorrection(b: GraphBuilder, beta: number, step: Node): Node {
  return b.sub(1, b.exp(b.mul(step, Math.log(beta))))
}
