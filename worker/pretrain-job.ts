import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../core/errors.ts'
import type { PretrainResult, PretrainSpec } from '../core/job.ts'
import { Stream } from '../core/random.ts'
import type { BertConfig } from '../learn/model/config.ts'
import { initialWeights } from '../learn/model/initial-weights.ts'
import { parameterShapes } from '../learn/model/parameters.ts'
import type { SpecialIds } from '../learn/pretrain/masking.ts'
import { evaluateHeldOut, pretrain } from '../learn/pretrain/pretrain.ts'
import { specialTokens } from '../learn/text/special-tokens.ts'
import type { TextTokenizer } from '../learn/text/tokenizer.ts'
import { freshState, weightsOf } from '../learn/train/step.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { prepareCorpus } from './corpus.ts'
import type { JobContext } from './job-context.ts'
import { readModel, writeModel } from './model-folder.ts'
import { ortExecutor } from './ort.ts'

/** Steps between two records of the curve. */
const recordEvery = 20

/** Makes a base model, or goes on with one, from raw text. */
export async function runPretrain(
  spec: PretrainSpec,
  context: JobContext,
): Promise<PretrainResult> {
  const { settings, workFolder } = spec
  await mkdir(workFolder, { recursive: true })
  const base = 'base' in spec.start ? await readModel(spec.start.base) : undefined
  const vocabSize = 'size' in spec.start ? spec.start.size.vocabSize : base!.config.vocabSize
  const prepare = (phase: string, done: number, total: number) =>
    context.report({ phase, done, total, figures: {} })
  const { corpus, tokenizer } = await prepareCorpus(
    spec.corpus,
    vocabSize,
    workFolder,
    prepare,
    base?.tokenizer,
  )
  const config = base?.config ?? newConfig(spec, tokenizer)
  const specials = specialIds(tokenizer)
  const state = context.resume
    ? await readCheckpoint(context.resume)
    : freshState(base?.weights ?? initialWeights(config, new Stream(settings.seed, 'init')))

  const executor = ortExecutor({ threads: spec.threads })
  const curve = join(workFolder, 'curve.jsonl')
  const checkpoint = join(workFolder, 'checkpoint.safetensors')
  const save = async () => {
    const sha256 = await writeCheckpoint(checkpoint, state)
    context.checkpoint(checkpoint, state.step, sha256)
  }
  const evaluate = async () => {
    const held = await evaluateHeldOut(executor, config, corpus, specials, settings, state)
    const record = { step: state.step, heldOutLoss: held.loss, heldOutAccuracy: held.accuracy }
    await appendFile(curve, `${JSON.stringify({ ...record, masks: held.masks })}\n`)
    return held.accuracy
  }
  let tokens = 0
  try {
    let window = { loss: 0, steps: 0, tokens: 0 }
    for await (const step of pretrain(executor, config, corpus, specials, settings, state)) {
      tokens += step.tokens
      window = {
        loss: window.loss + step.loss,
        steps: window.steps + 1,
        tokens: window.tokens + step.tokens,
      }
      if (step.step % recordEvery === 0) {
        const figures = { loss: window.loss / window.steps, norm: step.norm, tokens: window.tokens }
        context.report({ phase: 'train', done: step.step, total: settings.steps, figures })
        await appendFile(curve, `${JSON.stringify({ step: step.step, ...figures })}\n`)
        window = { loss: 0, steps: 0, tokens: 0 }
      }
      if (step.step % spec.evaluateEvery === 0 && step.step < settings.steps) {
        const heldOutAccuracy = await evaluate()
        const figures = { heldOutAccuracy }
        context.report({ phase: 'train', done: step.step, total: settings.steps, figures })
      }
      if (context.signal.aborted) {
        await save()
        fail('job.cancelled', { job: context.jobId })
      }
      if (step.step % spec.checkpointEvery === 0) await save()
    }
    await save()
    const heldOutAccuracy = await evaluate()
    const weights = weightsOf(state, parameterShapes(config).keys())
    await writeModel(spec.out, { config, tokenizer, weights }, spec.dtype)
    return { kind: 'pretrain', model: spec.out, steps: state.step, tokens, heldOutAccuracy }
  } finally {
    await executor.dispose()
  }
}

function newConfig(spec: PretrainSpec, tokenizer: TextTokenizer): BertConfig {
  if (!('size' in spec.start)) throw new Error('a new model has a size')
  const { size } = spec.start
  return { ...size, vocabSize: tokenizer.size, typeVocabSize: 2, layerNormEpsilon: 1e-12 }
}

function specialIds({ specials, size }: TextTokenizer): SpecialIds {
  const firstOrdinary = specialTokens.length
  return { ...specials, firstOrdinary, vocabSize: size }
}
