import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../core/errors.ts'
import type { PretrainResult, PretrainSpec } from '../core/job.ts'
import { Stream } from '../core/random.ts'
import { freshBert } from '../learn/model/config.ts'
import { initialWeights } from '../learn/model/initial-weights.ts'
import { specialIds } from '../learn/pretrain/masking.ts'
import {
  evaluateHeldOut,
  pretrain,
  pretrainPlan,
  requireTrainable,
} from '../learn/pretrain/pretrain.ts'
import type { TextTokenizer } from '../learn/text/tokenizer.ts'
import { freshSnapshot, openState, takeSnapshot, trainedWeights } from '../learn/train/state.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { prepareCorpus } from './corpus.ts'
import { trainingFault } from './device-fault.ts'
import { requirePrecision } from './devices/half.ts'
import { executorFor, type OpenExecutor } from './executor-for.ts'
import type { JobContext } from './job-context.ts'
import { readModel, writeModel } from './model-folder.ts'
import { ortExecutor } from './ort.ts'

/** Steps between two records of the curve. */
const recordEvery = 20

/**
 * Makes a base model, or goes on with one, from raw text. Errors: `pretrain.*`, `train.diverged`, and
 * those of the model.
 */
export async function runPretrain(
  spec: PretrainSpec,
  context: JobContext,
  open: OpenExecutor = executorFor,
): Promise<PretrainResult> {
  const { settings, workFolder } = spec
  if (context.resume === undefined) await requireFree(spec.out)
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
  const start = base
    ? { config: base.config, weights: () => base.weights }
    : newModel(spec, tokenizer)
  const { config } = start
  requireTrainable(corpus, config, settings)
  const specials = specialIds(tokenizer)
  const weights = start.weights()
  await requirePrecision(settings.precision ?? 'float32', spec.threads, spec.device)
  const executor = await open(spec.device, spec.threads)
  const offload = settings.offload ? ortExecutor({ threads: spec.threads }) : undefined
  const plan = pretrainPlan({ executor, offload }, config, settings)
  const { snapshot, notes } = context.resume
    ? await readCheckpoint(context.resume, plan.trained.shapes)
    : { snapshot: freshSnapshot(plan.trained, weights, settings.seed), notes: {} }
  const state = await openState(plan, weights, snapshot)
  const curve = await openCurve(join(workFolder, 'curve.jsonl'), state.step)
  const checkpoint = join(workFolder, 'checkpoint.safetensors')
  let saved = snapshot.step
  let tokens = Number(notes['tokens'] ?? 0)
  const save = async () => {
    const notes = { tokens: String(tokens) }
    const sha256 = await writeCheckpoint(checkpoint, await takeSnapshot(state), notes)
    saved = state.step
    context.checkpoint(checkpoint, saved, sha256)
  }
  const evaluate = async () => {
    const held = await evaluateHeldOut(executor, config, corpus, specials, settings, state)
    if (held === null) return null
    const { loss: heldOutLoss, accuracy: heldOutAccuracy, masks } = held
    await curve({ step: state.step, heldOutLoss, heldOutAccuracy, masks })
    return heldOutAccuracy
  }
  const report = (figures: Record<string, number>) =>
    context.report({ phase: 'train', done: state.step, total: settings.steps, figures })
  try {
    let window = { loss: 0, steps: 0, tokens: 0 }
    for await (const step of pretrain(config, corpus, specials, settings, state)) {
      tokens += step.tokens
      window = {
        loss: window.loss + step.loss,
        steps: window.steps + 1,
        tokens: window.tokens + step.tokens,
      }
      if (step.step % recordEvery === 0) {
        const figures = { loss: window.loss / window.steps, norm: step.norm, tokens: window.tokens }
        report(figures)
        await curve({ step: step.step, ...figures })
        window = { loss: 0, steps: 0, tokens: 0 }
      }
      if (step.step === settings.steps) break
      if (step.step % spec.evaluateEvery === 0) {
        const heldOutAccuracy = await evaluate()
        if (heldOutAccuracy !== null) report({ heldOutAccuracy })
      }
      if (context.signal.aborted) {
        await save()
        fail('job.cancelled', { job: context.jobId })
      }
      if (step.step % spec.checkpointEvery === 0) await save()
    }
    await save()
    const heldOutAccuracy = await evaluate()
    const finished = { config, tokenizer, weights: await trainedWeights(state) }
    await writeModel(spec.out, finished, spec.dtype)
    return { kind: 'pretrain', model: spec.out, steps: state.step, tokens, heldOutAccuracy }
  } catch (error) {
    throw await trainingFault(error, state, { step: () => saved, save })
  } finally {
    await executor.dispose()
    await offload?.dispose()
  }
}

/** Appends records to the curve; those of steps that are computed again are dropped first. */
async function openCurve(path: string, step: number) {
  const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean)
  const kept = lines.filter((line) => (JSON.parse(line) as { step: number }).step <= step)
  await writeFile(path, kept.map((line) => `${line}\n`).join(''))
  return (record: Readonly<Record<string, number>>) =>
    appendFile(path, `${JSON.stringify(record)}\n`)
}

async function requireFree(folder: string): Promise<void> {
  const found = await readdir(folder).catch(() => [])
  if (found.length > 0) fail('pretrain.outTaken', { folder })
}

/** A model of the size that the spec asks for, and its fresh weights where they are needed. */
function newModel(spec: PretrainSpec, tokenizer: TextTokenizer) {
  if (!('size' in spec.start)) throw new Error('a new model has a size')
  const { size } = spec.start
  const config = freshBert({ ...size, vocabSize: tokenizer.size })
  return { config, weights: () => initialWeights(config, new Stream(spec.settings.seed, 'init')) }
}
