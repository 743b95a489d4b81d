import type { Recipe } from './job.ts'

/** What a run takes of a memory, by what it is for, in bytes. */
export interface MemoryParts {
  /** The compute process as it is before any work; 0 for a device's own memory. */
  readonly process: number
  /** The base model's weights. */
  readonly model: number
  /** What is trained, its moments and gradients, and their next values. */
  readonly state: number
  /** What the steps need while they run. */
  readonly steps: number
}

/** Another recipe, and what it would take in all. */
export interface MemoryRelief {
  readonly recipe: Pick<Partial<Recipe>, 'batch' | 'accumulate' | 'recompute'>
  readonly bytes: number
}

/** The memory of a run, estimated before it starts. */
export interface RunMemory {
  /** Whose memory: the computer's, or the device's own. */
  readonly place: 'host' | 'device'
  readonly bytes: number
  readonly parts: MemoryParts
  /** How much of it is free; null where that cannot be known. */
  readonly free: number | null
  /** What would need less, where this needs more than is free. */
  readonly relief: readonly MemoryRelief[]
}

export function isEnough({ bytes, free }: RunMemory): boolean {
  return free === null || bytes <= free
}
