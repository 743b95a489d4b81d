import { fail } from '../../core/errors.ts'
import { Stream } from '../../core/random.ts'
import {
  floatData,
  floats,
  scalar,
  type Executor,
  type Feeds,
  type HostTensor,
  type Program,
} from '../../engine/executor.ts'
import { gradients } from '../../engine/gradient.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import { hashPrime } from '../../engine/ir/compose.ts'
import type { Node } from '../../engine/ir/node.ts'
import { adamW, momentNames, type AdamW } from '../../engine/optimizer.ts'
import type { ParameterNodes } from '../model/bert.ts'
import type { Weights } from '../model/parameters.ts'

/** Builds the scalar loss of one batch. */
export type LossBuilder = (b: GraphBuilder, parameter: ParameterNodes, seed: Node) => Node

/** Weights and both moments of AdamW, by name, with the step they belong to. */
export interface TrainingState {
  step: number
  readonly tensors: Map<string, HostTensor>
}

export function freshState(weights: Weights): TrainingState {
  const tensors = new Map<string, HostTensor>()
  for (const [name, tensor] of weights) {
    tensors.set(name, floats(tensor.shape, floatData(tensor).slice()))
    for (const moment of momentNames(name)) tensors.set(moment, floats(tensor.shape))
  }
  return { step: 0, tensors }
}

/** The weights alone, without moments. */
export function weightsOf(state: TrainingState, shapes: Iterable<string>): Map<string, HostTensor> {
  return new Map([...shapes].map((name) => [name, state.tensors.get(name)!]))
}

/** What a step says of itself: its loss and the global norm of its gradients before clipping. */
export interface StepFigures {
  readonly loss: number
  readonly norm: number
}

/** A compiled training step: forward, backward, clipping and AdamW in one program. */
export interface TrainingStep {
  /**
   * Advances the state by one step; the tensors of the state are swapped, not copied. What falls to
   * dropout depends on the run's seed and the step. Error: `train.diverged`, with the state as it was.
   */
  run(state: TrainingState, batch: Feeds, runSeed: number): Promise<StepFigures>
  dispose(): Promise<void>
}

/**
 * Compiles the step for one batch shape. Programs for other shapes share the state, so that one run
 * can move between length buckets.
 */
export async function compileStep(
  executor: Executor,
  shapes: ReadonlyMap<string, readonly number[]>,
  optimizer: AdamW,
  build: LossBuilder,
  spare: SpareTensors,
): Promise<TrainingStep> {
  const b = new GraphBuilder()
  const parameters = [...shapes].map(([name, shape]) => b.input(name, 'float32', shape))
  const byName = new Map([...shapes.keys()].map((name, i) => [name, parameters[i]!]))
  const loss = build(b, (name) => byName.get(name)!, b.input('seed', 'float32', []))
  const gradient = gradients(b, loss, parameters)
  const step = b.input('step', 'float32', [])
  const { updates, norm } = adamW(b, optimizer, parameters, gradient, step)

  const outputs: Record<string, Node> = { loss, norm }
  for (const [name, parameter] of byName) {
    const { parameter: updated, moment1, moment2 } = updates.get(parameter)!
    const [first, second] = momentNames(name)
    outputs[`new ${name}`] = updated
    outputs[`new ${first}`] = moment1
    outputs[`new ${second}`] = moment2
  }
  const program = await executor.compile({ outputs })
  return {
    async run(state, batch, runSeed) {
      const figures = await computeStep(program, spare, state, batch, runSeed)
      requireFinite(figures, state.step + 1, optimizer.schedule.peak)
      adopt(spare, state)
      return figures
    },
    dispose: () => program.dispose(),
  }
}

/** The second set of state tensors, into which a step writes before the sets are swapped. */
export type SpareTensors = Map<string, HostTensor>

export function spareTensors(state: TrainingState): SpareTensors {
  return new Map([...state.tensors].map(([name, tensor]) => [name, floats(tensor.shape)]))
}

/** Writes the state after the next step into the spare tensors. */
async function computeStep(
  program: Program,
  spare: SpareTensors,
  state: TrainingState,
  batch: Feeds,
  runSeed: number,
): Promise<StepFigures> {
  const feeds = {
    ...Object.fromEntries(state.tensors),
    ...batch,
    seed: scalar(new Stream(runSeed, 'dropout', state.step).below(hashPrime)),
    step: scalar(state.step + 1),
  }
  const into = Object.fromEntries([...spare].map(([name, tensor]) => [`new ${name}`, tensor]))
  const results = await program.run(feeds, into)
  const figure = (name: string) => floatData(results[name])[0]!
  return { loss: figure('loss'), norm: figure('norm') }
}

function requireFinite(figures: StepFigures, step: number, learningRate: number): void {
  for (const [figure, value] of Object.entries(figures)) {
    if (!Number.isFinite(value)) fail('train.diverged', { step, figure, learningRate })
  }
}

function adopt(spare: SpareTensors, state: TrainingState): void {
  for (const [name, tensor] of spare) {
    spare.set(name, state.tensors.get(name)!)
    state.tensors.set(name, tensor)
  }
  state.step++
}
