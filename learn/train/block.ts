import type { TrainingState } from './state.ts'
import type { MicroBatch, StepFigures, Steps } from './step.ts'

/** A step that is not made yet: its batch, in parts. */
export interface Planned {
  readonly parts: readonly MicroBatch[]
}

/**
 * Makes the steps from where the state stands to `end`, each as `plan` has it, and gives what was planned
 * with the figures of the step. As many steps of one shape are made in one run as is best for the
 * executor: the state is then behind the last of them when the first is given.
 */
export async function* advance<P extends Planned>(
  steps: Steps,
  state: TrainingState,
  plan: (step: number) => P | Promise<P>,
  end: number,
  runSeed: number,
): AsyncGenerator<P & StepFigures & { readonly step: number }, void, void> {
  let ahead: P | undefined
  while (state.step < end) {
    const first = state.step
    const block = [ahead ?? (await plan(first))]
    ahead = undefined
    while (block.length < steps.perRun && first + block.length < end) {
      const next = await plan(first + block.length)
      if (next.parts[0]!.shape !== block[0]!.parts[0]!.shape) {
        ahead = next
        break
      }
      block.push(next)
    }
    const figures =
      block.length === 1
        ? [await steps.run(state, block[0]!.parts, runSeed)]
        : await steps.runBlock(
            state,
            block.map(({ parts }) => parts[0]!),
            runSeed,
          )
    for (const [i, one] of block.entries()) yield { ...one, ...figures[i]!, step: first + i + 1 }
  }
}
