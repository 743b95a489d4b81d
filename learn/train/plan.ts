import type { Precision } from '../../core/step-options.ts'
import type { Executor } from '../../engine/executor.ts'
import type { Optimizer } from '../../engine/optimizer.ts'
import type { TrainedPart } from './trained.ts'

/** How a run computes its steps: what stays the same over all of them. */
export interface StepPlan {
  /** Computes losses and gradients, and updates where `offload` does not. */
  readonly executor: Executor
  /**
   * Holds moments and master weights and computes the updates, in the memory of the host: the device
   * is left with weights and gradients (ZeRO-Offload, Ren et al. 2021).
   */
  readonly offload?: Executor | undefined
  readonly optimizer: Optimizer
  readonly trained: TrainedPart
  /** Micro-batches in a step, at most. */
  readonly accumulate: number
  /** In float16 gradients are computed of a scaled loss (`engine/loss-scale.ts`). */
  readonly precision: Precision
  /** Layers between two values of the forward pass that stay for the backward pass; 0: all stay. */
  readonly recompute: number
}

/** Where a run computes: the device, and the host's processor for what is offloaded to it. */
export type Executors = Pick<StepPlan, 'executor' | 'offload'>

/**
 * Whether gradients come to the memory of the host and the update is a program of its own there: where
 * it is offloaded, and where the executor changes weights and moments in place.
 */
export function updatesInHost({ executor, offload }: StepPlan): boolean {
  return offload !== undefined || executor.movesInPlace === true
}

/**
 * Cuts the items of a batch into `count` runs of nearly equal length, fewer where there are not as
 * many items.
 */
export function cut<T>(items: readonly T[], count: number): T[][] {
  const size = Math.ceil(items.length / count)
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}
