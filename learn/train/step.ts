import { fail } from '../../core/errors.ts'
import { Stream } from '../../core/random.ts'
import {
  currentOf,
  floatData,
  scalar,
  type Feeds,
  type HostTensor,
  type NamedTensors,
  type Program,
} from '../../engine/executor.ts'
import { hashPrime } from '../../engine/ir/compose.ts'
import type { Graph } from '../../engine/ir/graph.ts'
import { ProgramCache } from '../../engine/program-cache.ts'
import { nextLossScale } from '../../engine/loss-scale.ts'
import { addGraph, graphsOf, updateGraph, type LossBuilder } from './graphs.ts'
import { updatesInHost, type StepPlan } from './plan.ts'
import type { TrainingState } from './state.ts'

/**
 * A part of a step's batch: all of it, or one of its micro-batches. The weights of its texts or masks
 * are shares of the whole batch, so that the losses of the parts add up to that of the batch.
 */
export interface MicroBatch {
  /** The same for all that the same program computes. */
  readonly shape: string
  readonly loss: LossBuilder
  readonly feeds: Feeds
}

/** What a step says of itself: its loss and the global norm of its gradients before clipping. */
export interface StepFigures {
  readonly loss: number
  readonly norm: number
}

/** The steps of a run: programs are compiled when they are first needed, all over one state. */
export interface Steps {
  /**
   * Advances the state by one step. What falls to dropout depends on the run's seed, the step and the
   * micro-batch. Error: `train.diverged`, with the state as it was.
   */
  run(state: TrainingState, batch: readonly MicroBatch[], runSeed: number): Promise<StepFigures>
  /** How many steps of one shape are better made in one run; more than one where the state travels. */
  readonly perRun: number
  /** The same for several steps of one shape; an error leaves the state as it was before the first. */
  runBlock(
    state: TrainingState,
    batches: readonly MicroBatch[],
    runSeed: number,
  ): Promise<readonly StepFigures[]>
  dispose(): Promise<void>
}

export function createSteps(plan: StepPlan): Steps {
  const programs = new Programs(plan)
  const compute = updatesInHost(plan) ? inHost : plan.accumulate > 1 ? accumulated : whole
  return {
    async run(state, batch, runSeed) {
      for (;;) {
        const figures = await compute(programs, state, batch, runSeed)
        if (await settle(state, [figures])) return figures
      }
    },
    perRun: stepsPerRun(plan),
    async runBlock(state, batches, runSeed) {
      for (;;) {
        const block = await computeBlock(programs, state, batches, runSeed)
        if (await settle(state, block)) return block
      }
    },
    dispose: () => programs.dispose(),
  }
}

/** How many steps of a plan are made in one run: those of parts, or offloaded ones, are several runs each. */
export function stepsPerRun({ executor, offload, accumulate }: StepPlan): number {
  return offload || accumulate > 1 ? 1 : (executor.stepsPerRun ?? 1)
}

/**
 * Takes the steps that were computed, or refuses them all. False where they overflowed float16: they are
 * to be computed again, with the smaller loss scale that the state has then.
 */
async function settle(state: TrainingState, block: readonly StepFigures[]): Promise<boolean> {
  const { store, master, plan } = state
  const holder = master ?? store
  const isHalf = plan.precision === 'float16'
  const bad = block.findIndex((figures) => !Object.values(figures).every(Number.isFinite))
  if (bad >= 0) {
    holder.reject()
    const smaller = isHalf ? nextLossScale(state.lossScale, false) : null
    if (smaller === null) diverged(state, block[bad]!, bad)
    state.lossScale = smaller
    return false
  }
  holder.accept()
  // The master counts: a device that is lost now leaves it at this step.
  state.step += block.length
  if (isHalf) for (const _ of block) state.lossScale = nextLossScale(state.lossScale, true)!
  if (master) await store.write(await master.read(plan.trained.shapes.keys()))
  return true
}

function diverged({ step, plan }: TrainingState, figures: StepFigures, after: number): never {
  const [figure] = Object.entries(figures).find(([, value]) => !Number.isFinite(value))!
  const learningRate = plan.optimizer.schedule.peak
  fail('train.diverged', { step: step + after + 1, figure, learningRate })
}

/** Leaves the tensors after the step in the state, not yet accepted. */
type Compute = (
  programs: Programs,
  state: TrainingState,
  batch: readonly MicroBatch[],
  runSeed: number,
) => Promise<StepFigures>

const whole: Compute = async (programs, state, [batch], runSeed) => {
  const program = await programs.of(batch!)
  return figuresOf(await program.run(wholeFeeds(state, batch!, 0, runSeed), state.store))
}

/** Several whole steps of one shape, in one run. */
async function computeBlock(
  programs: Programs,
  state: TrainingState,
  batches: readonly MicroBatch[],
  runSeed: number,
): Promise<StepFigures[]> {
  const program = await programs.of(batches[0]!)
  const feeds = batches.map((batch, i) => wholeFeeds(state, batch, i, runSeed))
  return (await program.runBlock!(feeds, state.store)).map(figuresOf)
}

/** What the step `after` steps from the state's reads. */
function wholeFeeds(
  state: TrainingState,
  { feeds }: MicroBatch,
  after: number,
  runSeed: number,
): Feeds {
  const step = state.step + after
  const seed = dropoutSeed(runSeed, step, 0)
  return { ...feeds, ...scaleFeed(state), seed, step: scalar(step + 1) }
}

function scaleFeed({ plan, lossScale }: TrainingState): Feeds {
  return plan.precision === 'float16' ? { 'loss scale': scalar(lossScale.scale) } : {}
}

const accumulated: Compute = async (programs, state, batch, runSeed) => {
  const { step, store } = state
  let loss = 0
  for (const [i, part] of batch.entries()) {
    const program = await programs.of(part)
    const own = { seed: dropoutSeed(runSeed, step, i), 'micro-batch': scalar(i) }
    const given = { ...own, ...scaleFeed(state) }
    loss += figure(await program.run({ ...part.feeds, ...given }, store), 'loss')
    store.accept()
  }
  const update = await programs.update()
  const out = await update.run({ step: scalar(step + 1) }, store)
  return { loss, norm: figure(out, 'norm') }
}

/** Gradients come to the memory of the host, are added up there, and move the weights there. */
const inHost: Compute = async (programs, state, batch, runSeed) => {
  const { plan, step, store, master } = state
  const holder = master ?? store
  let loss = 0
  for (const [i, part] of batch.entries()) {
    const program = await programs.of(part)
    const given = { seed: dropoutSeed(runSeed, step, i), ...scaleFeed(state) }
    const { loss: own, ...gradients } = await program.run({ ...part.feeds, ...given }, store)
    loss += floatData(own)[0]!
    if (master) await master.write(byTensor(gradients))
    else store.accept()
    if (plan.accumulate === 1) continue
    await (await programs.add(i === 0)).run({}, holder)
    holder.accept()
  }
  const update = await programs.update()
  const out = await update.run({ step: scalar(step + 1) }, holder)
  return { loss, norm: figure(out, 'norm') }
}

/** Next values under the names of the tensors. */
function byTensor(results: Readonly<Record<string, HostTensor>>): NamedTensors {
  return new Map(Object.entries(results).map(([name, one]) => [currentOf(name), one]))
}

/** Programs of batch shapes that a run has at a time: each keeps the memory of its activations. */
const keptShapes = 24

/** Programs by batch shape, and those over the tensors of the store alone. */
class Programs {
  readonly #plan: StepPlan
  readonly #shapes = new ProgramCache(keptShapes)
  readonly #moves = new ProgramCache(3)

  constructor(plan: StepPlan) {
    this.#plan = plan
  }

  of({ shape, loss }: MicroBatch): Promise<Program> {
    const { executor } = this.#plan
    return this.#shapes.of(shape, () => executor.compile(graphsOf(this.#plan, loss).batch))
  }

  update(): Promise<Program> {
    const { trained, optimizer } = this.#plan
    return this.#move('update', () => updateGraph(trained, optimizer))
  }

  /** Adds a micro-batch's gradients to those before it. */
  add(isFirst: boolean): Promise<Program> {
    return this.#move(`add ${isFirst}`, () => addGraph(this.#plan.trained, isFirst))
  }

  async dispose(): Promise<void> {
    await this.#shapes.dispose()
    await this.#moves.dispose()
  }

  #move(key: string, graph: () => Graph): Promise<Program> {
    const { executor, offload } = this.#plan
    return this.#moves.of(key, () => (offload ?? executor).compile(graph()))
  }
}

/** A batch that is not cut has the seed of its step alone. */
function dropoutSeed(runSeed: number, step: number, microBatch: number): HostTensor {
  const path = microBatch === 0 ? [step] : [step, microBatch]
  return scalar(new Stream(runSeed, 'dropout', ...path).below(hashPrime))
}

function figuresOf(out: Readonly<Record<string, HostTensor>>): StepFigures {
  return { loss: figure(out, 'loss'), norm: figure(out, 'norm') }
}

function figure(results: Readonly<Record<string, HostTensor>>, name: string): number {
  return floatData(results[name])[0]!
}
