import { fail } from '../../core/errors.ts'
import type { PretrainSettings } from '../../core/job.ts'
import { defaultStepOptions } from '../../core/step-options.ts'
import { Stream } from '../../core/random.ts'
import { floatData, floats, integers, type Executor, type Feeds } from '../../engine/executor.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import { logSumExp } from '../../engine/ir/compose.ts'
import type { Node } from '../../engine/ir/node.ts'
import type { Optimizer } from '../../engine/optimizer.ts'
import { encode, transformHead, vocabularyLogits, type ParameterNodes } from '../model/bert.ts'
import type { ModelConfig } from '../model/config.ts'
import { namesOf, parameterShapes } from '../model/parameters.ts'
import { advance } from '../train/block.ts'
import { cut, type Executors, type StepPlan } from '../train/plan.ts'
import type { TrainingState } from '../train/state.ts'
import { createSteps, type MicroBatch, type StepFigures } from '../train/step.ts'
import { trainedPart } from '../train/trained.ts'
import { largestVocab, type CorpusSource, type TokenCorpus } from './corpus.ts'
import {
  drawSequence,
  maskCount,
  maskWords,
  type Masking,
  type MaskedSequence,
  type SpecialIds,
} from './masking.ts'

export type BatchShape = PretrainSettings['shapes'][number]

export interface PretrainStep extends StepFigures {
  readonly step: number
  /** Tokens of this step, padding not counted. */
  readonly tokens: number
}

/** How the settings' steps are computed. Errors: `train.tooManyLayers`, `train.sharedLayers`. */
export function pretrainPlan(
  executors: Executors,
  config: ModelConfig,
  settings: PretrainSettings,
): StepPlan {
  const options = { ...defaultStepOptions, ...settings }
  const { optimizer: kind, accumulate, recompute, precision, train } = options
  const optimizer: Optimizer = {
    kind,
    schedule: { peak: settings.learningRate, warmup: settings.warmup, steps: settings.steps },
    beta1: 0.9,
    beta2: 0.98,
    epsilon: 1e-6,
    weightDecay: settings.weightDecay,
    clip: 1,
  }
  const trained = trainedPart(config, train)
  return { ...executors, optimizer, trained, accumulate, recompute, precision }
}

/**
 * Masked-language-model training from the state given, one step a record. Data and masks of a step
 * depend on (seed, step) only, so a resumed run goes on exactly where the other stopped.
 */
export async function* pretrain(
  config: ModelConfig,
  corpus: TokenCorpus,
  specials: SpecialIds,
  settings: PretrainSettings,
  state: TrainingState,
): AsyncGenerator<PretrainStep, void, void> {
  const steps = createSteps(state.plan)
  const cycle = settings.shapes.flatMap((shape) => new Array<BatchShape>(shape.share).fill(shape))
  const plan = (step: number) => {
    const order = new Stream(settings.seed, 'cycle', Math.floor(step / cycle.length))
    const shape = order.shuffled(cycle)[step % cycle.length]!
    const sequences = drawBatch(corpus, specials, settings, shape, step)
    const masks = countMasks(sequences)
    const parts = cut(sequences, state.plan.accumulate).map((part) =>
      microBatch(config, specials, settings, { ...shape, batch: part.length }, part, masks),
    )
    const tokens = sequences.reduce((sum, sequence) => sum + sequence.length, 0)
    return { parts, tokens }
  }
  try {
    const { steps: end, seed } = settings
    for await (const { step, loss, norm, tokens } of advance(steps, state, plan, end, seed)) {
      yield { step, loss, norm, tokens }
    }
  } finally {
    await steps.dispose()
  }
}

/** A part of a batch that has `masks` masks in all. */
function microBatch(
  config: ModelConfig,
  specials: SpecialIds,
  { maskRate, dropout: rate }: PretrainSettings,
  shape: BatchShape,
  sequences: readonly MaskedSequence[],
  masks: number,
): MicroBatch {
  return {
    shape: `${shape.batch} ${shape.tokens}`,
    loss: (b, parameter, seed) =>
      mlmLoss(b, config, parameter, shape, maskRate, { rate, seed }).loss,
    feeds: mlmFeeds(sequences, specials, shape, maskRate, masks),
  }
}

/**
 * Refuses what would fail in the middle. Errors: `pretrain.noText`, `pretrain.tooLong`,
 * `pretrain.vocabTooLarge`.
 */
export function requireTrainable(
  corpus: TokenCorpus,
  config: ModelConfig,
  { shapes }: PretrainSettings,
): void {
  const { maxPositions: maximum, vocabSize: size } = config
  const empty = corpus.sources.find(({ first, end }) => first === end)
  if (empty) fail('pretrain.noText', { source: empty.name })
  const tokens = Math.max(...shapes.map((shape) => shape.tokens))
  if (tokens > maximum) fail('pretrain.tooLong', { tokens, maximum })
  if (size > largestVocab) fail('pretrain.vocabTooLarge', { size, maximum: largestVocab })
}

/**
 * Masked accuracy and loss on held-out lines, with masks that are the same at every evaluation; null
 * where nothing is held out.
 */
export async function evaluateHeldOut(
  executor: Executor,
  config: ModelConfig,
  corpus: TokenCorpus,
  specials: SpecialIds,
  settings: PretrainSettings,
  state: TrainingState,
): Promise<{ accuracy: number; loss: number; masks: number } | null> {
  const sources = corpus.sources.filter((source) => source.heldOut.length > 0)
  if (sources.length === 0 || settings.heldOut === 0) return null
  const shape = settings.shapes[0]!
  const b = new GraphBuilder()
  const shapes = parameterShapes(config)
  const parameter = (name: string) => b.input(name, 'float32', shapes.get(name)!)
  const { loss, correct } = mlmLoss(b, config, parameter, shape, settings.maskRate)
  const program = await executor.compile({ outputs: { loss, correct } })
  const totals = { correct: 0, loss: 0, masks: 0 }
  try {
    for (let batch = 0; batch * shape.batch < settings.heldOut; batch++) {
      const stream = new Stream(settings.seed, 'held-out', batch)
      const sequences = Array.from({ length: shape.batch }, () => {
        const { heldOut } = pickSource(sources, stream)
        const pick = (s: Stream) => heldOut[s.below(heldOut.length)]!
        const sequence = drawSequence(corpus, pick, specials, shape.tokens, stream)
        return maskWords(sequence, specials, shape.tokens, maskingOf(settings), stream)
      })
      const masks = countMasks(sequences)
      const feeds = mlmFeeds(sequences, specials, shape, settings.maskRate, masks)
      const out = await program.run(feeds, state.store)
      const value = (name: string) => floatData(out[name])[0]!
      totals.correct += value('correct') * masks
      totals.loss += value('loss') * masks
      totals.masks += masks
    }
  } finally {
    await program.dispose()
  }
  const { correct: hits, loss: sum, masks } = totals
  return { accuracy: hits / masks, loss: sum / masks, masks }
}

/**
 * The loss is the mean over masks of -log softmax(logits)[label]; the label's logit is computed by
 * itself, so that nothing of the size of masks x vocabulary is scattered.
 */
function mlmLoss(
  b: GraphBuilder,
  config: ModelConfig,
  parameter: ParameterNodes,
  { batch, tokens }: BatchShape,
  maskRate: number,
  dropout?: { readonly rate: number; readonly seed: Node },
): { loss: Node; correct: Node } {
  const masks = maskCount(tokens, maskRate)
  const count = batch * masks
  const { hiddenSize } = config
  const selection = b.input('selection', 'float32', [batch, masks, tokens])
  const labels = b.input('labels', 'int64', [count])
  const weights = b.input('weights', 'float32', [count, 1])
  const states = encode(b, config, parameter, {
    ids: b.input('ids', 'int64', [batch, tokens]),
    mask: b.input('mask', 'float32', [batch, tokens]),
    positions: b.integers(Array.from({ length: tokens }, (_, i) => i)),
    select: (x) => b.matMul(selection, x),
    ...(dropout && dropout.rate > 0 && { dropout }),
  })
  const head = transformHead(b, config, parameter, b.reshape(states, [count, hiddenSize]))
  const logits = vocabularyLogits(b, config, parameter, head)
  const names = namesOf(config)
  const labelRows = b.gather(parameter(names.words), labels)
  const labelBias = b.reshape(b.gather(parameter(names.headBias), labels), [count, 1])
  const labelLogit = b.add(b.reduceSum(b.mul(head, labelRows), [1], true), labelBias)
  const loss = b.reduceSum(b.mul(b.sub(logSumExp(b, logits), labelLogit), weights), [0, 1])
  const hit = b.cast(b.equal(b.argMax(logits, 1), labels), 'float32')
  const correct = b.reduceSum(b.mul(b.reshape(hit, [count, 1]), weights), [0, 1])
  return { loss, correct }
}

function drawBatch(
  corpus: TokenCorpus,
  specials: SpecialIds,
  settings: PretrainSettings,
  { batch, tokens }: BatchShape,
  step: number,
): MaskedSequence[] {
  const { seed } = settings
  const order = new Stream(seed, 'order', step)
  const masking = new Stream(seed, 'mask', step)
  return Array.from({ length: batch }, () => {
    const { first, end } = pickSource(corpus.sources, order)
    const pick = (stream: Stream) => first + stream.below(end - first)
    const sequence = drawSequence(corpus, pick, specials, tokens, order)
    return maskWords(sequence, specials, tokens, maskingOf(settings), masking)
  })
}

function maskingOf({ maskRate, wholeWords }: PretrainSettings): Masking {
  return { rate: maskRate, wholeWords }
}

function pickSource(sources: readonly CorpusSource[], stream: Stream): CorpusSource {
  const total = sources.reduce((sum, source) => sum + source.weight, 0)
  let draw = stream.next() * total
  return sources.find((source) => (draw -= source.weight) < 0) ?? sources[sources.length - 1]!
}

function countMasks(sequences: readonly MaskedSequence[]): number {
  return sequences.reduce((sum, { positions }) => sum + positions.length, 0)
}

/**
 * The inputs of `mlmLoss`. Every mask has the same share of the batch, which has `total` of them and
 * of which the sequences may be a part. Rows with fewer masks than others select nothing for the rest,
 * with weight 0.
 */
function mlmFeeds(
  sequences: readonly MaskedSequence[],
  specials: SpecialIds,
  { batch, tokens }: BatchShape,
  maskRate: number,
  total: number,
): Feeds {
  const masks = maskCount(tokens, maskRate)
  const ids = new Int32Array(batch * tokens).fill(specials.pad)
  const mask = new Float32Array(batch * tokens)
  const selection = new Float32Array(batch * masks * tokens)
  const labels = new Int32Array(batch * masks)
  const weights = new Float32Array(batch * masks)
  sequences.forEach((sequence, row) => {
    ids.set(sequence.ids, row * tokens)
    mask.fill(1, row * tokens, row * tokens + sequence.length)
    sequence.positions.forEach((position, k) => {
      selection[(row * masks + k) * tokens + position] = 1
      labels[row * masks + k] = sequence.labels[k]!
      weights[row * masks + k] = 1 / total
    })
  })
  return {
    ids: integers([batch, tokens], ids),
    mask: floats([batch, tokens], mask),
    selection: floats([batch, masks, tokens], selection),
    labels: integers([batch * masks], labels),
    weights: floats([batch * masks, 1], weights),
  }
}
