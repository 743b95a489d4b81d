import { fail } from '../../core/errors.ts'
import { Stream } from '../../core/random.ts'
import {
  floatData,
  floats,
  nextOf,
  scalar,
  type Executor,
  type Feeds,
  type HostTensor,
  type NamedTensors,
  type Program,
  type Store,
} from '../../engine/executor.ts'
import { gradients } from '../../engine/gradient.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import { hashPrime } from '../../engine/ir/compose.ts'
import type { Node } from '../../engine/ir/node.ts'
import { momentNames, updateParameters, type AdamW } from '../../engine/optimizer.ts'
import type { ParameterNodes } from '../model/bert.ts'
import type { Weights } from '../model/parameters.ts'

/** Builds the scalar loss of one batch. */
export type LossBuilder = (b: GraphBuilder, parameter: ParameterNodes, seed: Node) => Node

/** Where a run stands, in host memory: weights and both moments of AdamW by name. */
export interface Snapshot {
  readonly step: number
  readonly tensors: NamedTensors
}

/** A run that has not begun. */
export function freshSnapshot(weights: Weights): Snapshot {
  const tensors = new Map<string, HostTensor>()
  for (const [name, tensor] of weights) {
    tensors.set(name, floats(tensor.shape, floatData(tensor).slice()))
    for (const moment of momentNames(name)) tensors.set(moment, floats(tensor.shape))
  }
  return { step: 0, tensors }
}

/** A run as it goes on: its tensors are where the executor computes. */
export interface TrainingState {
  step: number
  readonly store: Store
}

/** The tensors of the snapshot belong to the state from then on. */
export async function openState(executor: Executor, snapshot: Snapshot): Promise<TrainingState> {
  return { step: snapshot.step, store: await executor.createStore(snapshot.tensors) }
}

/** Good until the next step. */
export async function takeSnapshot({ step, store }: TrainingState): Promise<Snapshot> {
  return { step, tensors: await store.read() }
}

/** What a step says of itself: its loss and the global norm of its gradients before clipping. */
export interface StepFigures {
  readonly loss: number
  readonly norm: number
}

/** A compiled training step: forward, backward, clipping and AdamW in one program. */
export interface TrainingStep {
  /**
   * Advances the state by one step. What falls to dropout depends on the run's seed and the step.
   * Error: `train.diverged`, with the state as it was.
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
): Promise<TrainingStep> {
  const b = new GraphBuilder()
  const parameters = [...shapes].map(([name, shape]) => b.input(name, 'float32', shape))
  const byName = new Map([...shapes.keys()].map((name, i) => [name, parameters[i]!]))
  const loss = build(b, (name) => byName.get(name)!, b.input('seed', 'float32', []))
  const gradient = gradients(b, loss, parameters)
  const step = b.input('step', 'float32', [])
  const { updates, norm } = updateParameters(b, optimizer, parameters, gradient, step)

  const outputs: Record<string, Node> = { loss, norm }
  for (const [name, parameter] of byName) {
    const { parameter: updated, moment1, moment2 } = updates.get(parameter)!
    const [first, second] = momentNames(name)
    outputs[nextOf(name)] = updated
    outputs[nextOf(first)] = moment1
    outputs[nextOf(second)] = moment2
  }
  const program = await executor.compile({ outputs })
  return {
    async run(state, batch, runSeed) {
      const { step, store } = state
      const figures = await computeStep(program, state, batch, runSeed)
      for (const [figure, value] of Object.entries(figures)) {
        if (Number.isFinite(value)) continue
        store.reject()
        const learningRate = optimizer.schedule.peak
        fail('train.diverged', { step: step + 1, figure, learningRate })
      }
      store.accept()
      state.step++
      return figures
    },
    dispose: () => program.dispose(),
  }
}

/** Leaves the tensors after the next step in the store, not yet accepted. */
async function computeStep(
  program: Program,
  { step, store }: TrainingState,
  batch: Feeds,
  runSeed: number,
): Promise<StepFigures> {
  const feeds = {
    ...batch,
    seed: scalar(new Stream(runSeed, 'dropout', step).below(hashPrime)),
    step: scalar(step + 1),
  }
  const results = await program.run(feeds, store)
  const figure = (name: string) => floatData(results[name])[0]!
  return { loss: figure('loss'), norm: figure('norm') }
}
