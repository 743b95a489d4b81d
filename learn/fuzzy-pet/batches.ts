import type { TrainingState } from '../train/state.ts'
import type { MicroBatch } from '../train/step.ts'
import { patternFeeds, targetFeeds } from './batch.ts'
import { FrozenStates } from './frozen-states.ts'
import { cacheBytesOf, Layout, type Part } from './layout.ts'
import type { TrainInput } from './train.ts'

/** What the steps of a run read, by (seed, step). */
export class Batches {
  readonly #input: TrainInput
  readonly #layout: Layout
  readonly #frozen: FrozenStates | undefined

  constructor(input: TrainInput, { plan, store }: TrainingState) {
    const { config, tokenizer } = input
    const { executor, trained } = plan
    this.#input = input
    this.#layout = new Layout(input, plan)
    const { firstLayer: layer } = trained
    const padId = tokenizer.specials.pad
    const bytes = cacheBytesOf(input)
    if (layer === undefined || bytes === 0) return
    this.#frozen = new FrozenStates({ executor, config, store, layer, padId, bytes })
  }

  /** A batch in as many parts as the plan says, each of texts of like length. */
  async of(step: number): Promise<MicroBatch[]> {
    const { parts, total } = this.#layout.of(step)
    const found: MicroBatch[] = []
    for (const part of parts) found.push(await this.#microBatch(part, total))
    return found
  }

  async dispose(): Promise<void> {
    await this.#frozen?.dispose()
  }

  async #microBatch(part: Part, total: number): Promise<MicroBatch> {
    const { tokenizer, task } = this.#input
    const { shape, filled, size } = part
    const patterns = filled.map(({ pattern }) => pattern)
    const items = filled.map(({ item }) => item)
    return {
      shape,
      loss: this.#layout.lossOf(part),
      feeds: {
        ...patternFeeds(patterns, size, tokenizer.specials.pad),
        ...targetFeeds(items, task.classes.length, total),
        ...(await this.#frozen?.feeds(patterns, size.tokens)),
      },
    }
  }
}
