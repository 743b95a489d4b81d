import {
  floatData,
  floats,
  scalar,
  type HostTensor,
  type NamedTensors,
  type Store,
} from '../../engine/executor.ts'
import { freshLossScale, type LossScale } from '../../engine/loss-scale.ts'
import { momentNames } from '../../engine/optimizer.ts'
import type { ParameterShapes, Weights } from '../model/parameters.ts'
import { updatesInHost, type StepPlan } from './plan.ts'
import type { TrainedPart } from './trained.ts'

/** Where a run stands, in host memory: what is trained and its moments. What is frozen is not in it. */
export interface Snapshot {
  readonly step: number
  readonly tensors: NamedTensors
  /** Of a run in float16 that has begun. */
  readonly lossScale?: LossScale | undefined
}

/** A run as it goes on: its tensors are where the plan's executors compute. */
export interface TrainingState {
  step: number
  /** Used in float16 alone. */
  lossScale: LossScale
  readonly plan: StepPlan
  /** What losses and gradients are computed from; moments too, unless they are offloaded. */
  readonly store: Store
  /** Master weights and moments of a plan that offloads. */
  readonly master: Store | undefined
}

/** The name under which the gradient of a trained tensor is summed over micro-batches. */
export const gradientName = (parameter: string) => `${parameter}.gradient`

/** The name of the gradient of one micro-batch, where updates happen in the memory of the host. */
export const partName = (parameter: string) => `${parameter}.gradient of a part`

/** The tensors of a snapshot, by name. */
export function snapshotShapes(trained: ParameterShapes): ParameterShapes {
  return new Map(
    [...trained].flatMap(([name, shape]) =>
      [name, ...momentNames(name)].map((tensor) => [tensor, shape] as const),
    ),
  )
}

/** A run that has not begun. The seed is that of the run. */
export function freshSnapshot(trained: TrainedPart, weights: Weights, seed: number): Snapshot {
  const start = trained.start(weights, seed)
  const shapes = [...snapshotShapes(trained.shapes)]
  const tensors = shapes.map(([name, shape]) => [name, start.get(name) ?? floats(shape)] as const)
  return { step: 0, tensors: new Map(tensors) }
}

/** `weights` are those of the base model. The tensors of the snapshot belong to the state from then on. */
export async function openState(
  plan: StepPlan,
  weights: Weights,
  { step, tensors, lossScale = freshLossScale }: Snapshot,
): Promise<TrainingState> {
  const { executor, offload, trained, recompute } = plan
  const kept = [...trained.frozen.keys()].map((name) => [name, weights.get(name)!] as const)
  // The input of `checkpointedGradients`.
  const frozen = recompute > 0 ? [...kept, ['zero', scalar(0)] as const] : kept
  const moving = new Map([...tensors, ...gradientBuffers(plan)])
  if (!offload) {
    const store = await executor.createStore(new Map([...moving, ...frozen]))
    return { step, lossScale, plan, store, master: undefined }
  }
  const copies = [...trained.shapes].map(([name, shape]) => {
    return [name, floats(shape, floatData(tensors.get(name)).slice())] as const
  })
  const store = await executor.createStore(new Map([...copies, ...frozen]))
  return { step, lossScale, plan, store, master: await offload.createStore(moving) }
}

/** What gradients are left in between the programs of a step. */
function gradientBuffers(plan: StepPlan): [name: string, tensor: HostTensor][] {
  const { trained, accumulate } = plan
  const isInHost = updatesInHost(plan)
  const names = (one: string) => [
    ...(isInHost || accumulate > 1 ? [gradientName(one)] : []),
    ...(isInHost && accumulate > 1 ? [partName(one)] : []),
  ]
  return [...trained.shapes].flatMap(([one, shape]) =>
    names(one).map((name): [string, HostTensor] => [name, floats(shape)]),
  )
}

/** Lets go of what the executors hold of a run. */
export async function closeState({ store, master }: TrainingState): Promise<void> {
  await store.dispose()
  await master?.dispose()
}

/** The state of a run that begins now. */
export function freshState(plan: StepPlan, weights: Weights, seed: number): Promise<TrainingState> {
  return openState(plan, weights, freshSnapshot(plan.trained, weights, seed))
}

/** Good until the next step. */
export async function takeSnapshot(state: TrainingState): Promise<Snapshot> {
  const { step, plan, store, master } = state
  const tensors = await (master ?? store).read(snapshotShapes(plan.trained.shapes).keys())
  const lossScale = plan.precision === 'float16' ? state.lossScale : undefined
  return { step, tensors, lossScale }
}

/** The model as it is now, adapters merged into it. Good until the next step. */
export async function trainedWeights({
  plan,
  store,
}: TrainingState): Promise<Map<string, HostTensor>> {
  const { shapes, frozen, merge } = plan.trained
  return merge(await store.read([...shapes.keys(), ...frozen.keys()]))
}
