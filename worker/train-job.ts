import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fail } from '../core/errors.ts'
import type { TrainResult, TrainSpec } from '../core/job.ts'
import type { TrainingItem } from '../core/task.ts'
import { train, trainPlan } from '../learn/fuzzy-pet/train.ts'
import { checkTask, requireSound } from '../learn/prompt/check.ts'
import { recipeFor } from '../learn/recipe.ts'
import {
  freshSnapshot,
  openState,
  takeSnapshot,
  trainedWeights,
  type TrainingState,
} from '../learn/train/state.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { trainingFault } from './device-fault.ts'
import { requirePrecision } from './devices/half.ts'
import { environment } from './environment.ts'
import { executorFor, type OpenExecutor } from './executor-for.ts'
import type { JobContext } from './job-context.ts'
import { readModel, writeModel } from './model-folder.ts'
import { ortExecutor } from './ort.ts'
import { receiveAll } from './receive.ts'

/** Trains from the base model and writes the finished model to `<workFolder>/model`. */
export async function runTrain(
  spec: TrainSpec,
  context: JobContext,
  open: OpenExecutor = executorFor,
): Promise<TrainResult> {
  const started = performance.now()
  await mkdir(spec.workFolder, { recursive: true })
  const base = await readModel(spec.base)
  const recipe = recipeFor(base.config, spec.texts, spec.recipe)
  requireSound(checkTask(spec.task, base.tokenizer, recipe.maxTokens))
  const items = await receiveAll<TrainingItem>(spec.texts, context)
  await requirePrecision(recipe.precision, spec.threads, spec.device)
  const executor = await open(spec.device, spec.threads)
  const offload = recipe.offload ? ortExecutor({ threads: spec.threads }) : undefined
  const plan = trainPlan({ executor, offload }, base.config, recipe)
  const snapshot = context.resume
    ? (await readCheckpoint(context.resume, plan.trained.shapes)).snapshot
    : freshSnapshot(plan.trained, base.weights, spec.seed)
  const checkpoint = join(spec.workFolder, 'checkpoint.safetensors')
  let saved = snapshot.step
  let state: TrainingState | undefined
  const save = async () => {
    const sha256 = await writeCheckpoint(checkpoint, await takeSnapshot(state!))
    saved = state!.step
    context.checkpoint(checkpoint, saved, sha256)
  }
  let finalLoss = NaN
  try {
    state = await openState(plan, base.weights, snapshot)
    const { task, seed } = spec
    const input = { ...base, task, recipe, seed, items }
    for await (const { step, loss, norm } of train(input, state)) {
      finalLoss = loss
      context.report({ phase: 'train', done: step, total: recipe.steps, figures: { loss, norm } })
      if (step === recipe.steps) break
      if (context.signal.aborted) {
        await save()
        fail('job.cancelled', { job: context.jobId })
      }
      if (step % spec.checkpointEvery === 0) await save()
    }
    const model = join(spec.workFolder, 'model')
    const weights = await trainedWeights(state)
    const sha256 = await writeModel(model, { ...base, weights })
    return {
      kind: 'train',
      steps: state.step,
      finalLoss,
      recipe,
      model,
      sha256,
      milliseconds: performance.now() - started,
      environment: environment(spec.device, spec.threads),
    }
  } catch (error) {
    throw await trainingFault(error, state, { step: () => saved, save })
  } finally {
    await executor.dispose()
    await offload?.dispose()
  }
}
