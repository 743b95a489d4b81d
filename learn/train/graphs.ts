import { nextOf } from '../../engine/executor.ts'
import { gradients } from '../../engine/gradient.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import type { Graph } from '../../engine/ir/graph.ts'
import type { Node } from '../../engine/ir/node.ts'
import { momentNames, updateParameters, type Optimizer } from '../../engine/optimizer.ts'
import { checkpointedGradients } from '../../engine/rewrite/checkpoint.ts'
import { halve } from '../../engine/rewrite/half.ts'
import type { ParameterNodes } from '../model/bert.ts'
import type { ParameterShapes } from '../model/parameters.ts'
import { updatesInHost, type StepPlan } from './plan.ts'
import { gradientName, partName } from './state.ts'
import type { TrainedPart } from './trained.ts'

/** Builds the scalar loss of one batch. */
export type LossBuilder = (b: GraphBuilder, parameter: ParameterNodes, seed: Node) => Node

/** What of a plan decides how losses and gradients are computed. */
type Backward = Pick<StepPlan, 'trained' | 'recompute' | 'precision'>
type Shapes = Pick<TrainedPart, 'shapes'>

/** The graphs that steps are made of. Inputs that no batch brings are tensors of a store. */

/** What a step is computed by: a program for each batch shape, and one of the update where that is apart. */
export function graphsOf(
  plan: StepPlan,
  build: LossBuilder,
): { readonly batch: Graph; readonly update?: Graph } {
  const { accumulate, trained, optimizer } = plan
  const isInHost = updatesInHost(plan)
  if (!isInHost && accumulate === 1) return { batch: wholeGraph(plan, build) }
  const batch = isInHost ? gradientGraph(plan, build) : sumGraph(plan, build)
  return { batch, update: updateGraph(trained, optimizer) }
}

/** Forward, backward, clipping and optimiser in one: a step without micro-batches. */
export function wholeGraph(
  plan: Backward & Pick<StepPlan, 'optimizer'>,
  build: LossBuilder,
): Graph {
  const b = new GraphBuilder()
  const { loss, gradient } = backward(b, plan, build)
  const next = update(b, plan.trained.shapes, plan.optimizer, gradient)
  return inPrecision(plan, { outputs: { loss, ...next } })
}

/**
 * Forward and backward of a micro-batch, its gradients added to those of the micro-batches before it,
 * which stay in the store. The first one, number 0, starts anew: whatever an unfinished step left
 * behind is not read.
 */
export function sumGraph(plan: Backward, build: LossBuilder): Graph {
  const b = new GraphBuilder()
  const { loss, gradient } = backward(b, plan, build)
  const isFirst = b.less(b.input('micro-batch', 'float32', []), 0.5)
  const sums = [...plan.trained.shapes].map(([name, shape], i): [string, Node] => {
    const sum = b.input(gradientName(name), 'float32', shape)
    return [nextOf(gradientName(name)), b.where(isFirst, gradient[i]!, b.add(sum, gradient[i]!))]
  })
  return inPrecision(plan, { outputs: { loss, ...Object.fromEntries(sums) } })
}

/**
 * Forward and backward of a micro-batch, for updates in the memory of the host: each gradient is the next
 * value of a tensor there.
 */
export function gradientGraph(
  plan: Backward & Pick<StepPlan, 'accumulate'>,
  build: LossBuilder,
): Graph {
  const b = new GraphBuilder()
  const { loss, gradient } = backward(b, plan, build)
  const place = plan.accumulate > 1 ? partName : gradientName
  const names = [...plan.trained.shapes.keys()]
  const next = names.map((name, i) => [nextOf(place(name)), gradient[i]!] as const)
  return inPrecision(plan, { outputs: { loss, ...Object.fromEntries(next) } })
}

/** Adds the gradients of a micro-batch to those before it; those of the first one replace them. */
export function addGraph({ shapes }: Shapes, isFirst: boolean): Graph {
  const b = new GraphBuilder()
  const sums = [...shapes].map(([name, shape]) => {
    const part = b.input(partName(name), 'float32', shape)
    const sum = isFirst ? part : b.add(b.input(gradientName(name), 'float32', shape), part)
    return [nextOf(gradientName(name)), sum] as const
  })
  return { outputs: Object.fromEntries(sums) }
}

/** Clipping and optimiser, from gradients that are given. */
export function updateGraph({ shapes }: Shapes, optimizer: Optimizer): Graph {
  const b = new GraphBuilder()
  const given = [...shapes].map(([name, shape]) => b.input(gradientName(name), 'float32', shape))
  return { outputs: update(b, shapes, optimizer, given) }
}

/** The loss and its gradient for each trained tensor, and for nothing else. */
function backward(
  b: GraphBuilder,
  { trained, recompute, precision }: Backward,
  build: LossBuilder,
) {
  const shapes = new Map([...trained.frozen, ...trained.shapes])
  const tensor = (name: string) => b.input(name, 'float32', shapes.get(name)!)
  const plain = build(b, trained.parameters(b, tensor), b.input('seed', 'float32', []))
  const loss = trained.rewrite(b, { outputs: { loss: plain } }).outputs['loss']!
  const wrt = [...trained.shapes.keys()].map(tensor)
  const differentiate = (scale?: Node) =>
    recompute > 0
      ? checkpointedGradients(b, loss, wrt, recompute, scale)
      : gradients(b, loss, wrt, scale)
  if (precision === 'float32') return { loss, gradient: differentiate() }
  const scale = b.input('loss scale', 'float32', [])
  const unscaled = b.div(1, scale)
  return { loss, gradient: differentiate(scale).map((one) => b.mul(one, unscaled)) }
}

function inPrecision({ precision }: Backward, graph: Graph): Graph {
  return precision === 'float16' ? halve(new GraphBuilder(), graph) : graph
}

/** The norm of the gradients, and the next values of what is trained and of its moments. */
function update(
  b: GraphBuilder,
  shapes: ParameterShapes,
  optimizer: Optimizer,
  gradient: readonly Node[],
): Record<string, Node> {
  const parameters = [...shapes].map(([name, shape]) => b.input(name, 'float32', shape))
  const step = b.input('step', 'float32', [])
  const { updates, norm } = updateParameters(b, optimizer, parameters, gradient, step)
  const outputs: Record<string, Node> = { norm }
  for (const [i, name] of [...shapes.keys()].entries()) {
    const { parameter, moment1, moment2 } = updates.get(parameters[i]!)!
    const [first, second] = momentNames(name)
    outputs[nextOf(name)] = parameter
    outputs[nextOf(first)] = moment1
    outputs[nextOf(second)] = moment2
  }
  return outputs
}
