import {
  floatData,
  floats,
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

/** What the stores of a plan hold, by name. */
export function storedShapes(plan: StepPlan): {
  readonly store: ParameterShapes
  readonly master: ParameterShapes | undefined
} {
  const { offload, trained, recompute } = plan
  const moving = [...snapshotShapes(trained.shapes), ...betweenPrograms(plan)]
  // The input of `checkpointedGradients`.
  const zero: ParameterShapes = new Map(recompute > 0 ? [['zero', []]] : [])
  const still = [...trained.frozen, ...zero]
  return offload
    ? { store: new Map([...trained.shapes, ...still]), master: new Map(moving) }
    : { store: new Map([...moving, ...still]), master: undefined }
}

/** The gradients that one program of a step leaves to another. */
function betweenPrograms(plan: StepPlan): [name: string, shape: readonly number[]][] {
  const { trained, accumulate } = plan
  const isInHost = updatesInHost(plan)
  const names = (one: string) => [
    ...(isInHost || accumulate > 1 ? [gradientName(one)] : []),
    ...(isInHost && accumulate > 1 ? [partName(one)] : []),
  ]
  return [...trained.shapes].flatMap(([one, shape]) =>
    names(one).map((name): [string, readonly number[]] => [name, shape]),
  )
}

/** `weights` are those of the base model. The tensors of the snapshot belong to the state from then on. */
export async function openState(
  plan: StepPlan,
  weights: Weights,
  { step, tensors, lossScale = freshLossScale }: Snapshot,
): Promise<TrainingState> {
  const { executor, offload, trained } = plan
  const shapes = storedShapes(plan)
  const filled = (all: ParameterShapes, tensor: (name: string) => HostTensor | undefined) =>
    new Map([...all].map(([name, shape]) => [name, tensor(name) ?? floats(shape)] as const))
  const own = (name: string) => {
    const tensor = tensors.get(name)
    return offload && tensor ? floats(tensor.shape, floatData(tensor).slice()) : tensor
  }
  const frozen = (name: string) => (trained.frozen.has(name) ? weights.get(name) : undefined)
  const moved = [...(shapes.master ?? shapes.store).keys()].filter(
    (name) => !trained.frozen.has(name),
  )
  const store = await executor.createStore(
    filled(shapes.store, (one) => frozen(one) ?? own(one)),
    offload ? [] : moved,
  )
  const master = await offload?.createStore(
    filled(shapes.master!, (one) => tensors.get(one)),
    moved,
  )
  return { step, lossScale, plan, store, master }
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
