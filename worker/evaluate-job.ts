import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../core/errors.ts'
import type {
  EvaluateResult,
  EvaluateRow,
  EvaluateSpec,
  PoolReport,
  PretrainSettings,
} from '../core/job.ts'
import { argmax } from '../core/probability.ts'
import type { Task, TrainingItem } from '../core/task.ts'
import type { Executor } from '../engine/executor.ts'
import {
  cleanPool,
  fewclueTasks,
  isFewclueName,
  parseFewclue,
  type FewclueName,
  type FewclueText,
} from '../learn/fewclue.ts'
import { createScorer } from '../learn/fuzzy-pet/score.ts'
import { train, trainPlan } from '../learn/fuzzy-pet/train.ts'
import type { Weights } from '../learn/model/parameters.ts'
import { checkTask, requireSound } from '../learn/prompt/check.ts'
import { recipeFor } from '../learn/recipe.ts'
import { closeState, freshState, trainedWeights } from '../learn/train/state.ts'
import { executorFor } from './executor-for.ts'
import type { JobContext } from './job-context.ts'
import { readModel, readModelShape, type Model } from './model-folder.ts'
import { ortExecutor } from './ort.ts'
import { runPretrain } from './pretrain-job.ts'

const now = () => performance.now()

interface Labelled {
  readonly a: string
  readonly class: number
}

interface Evaluation {
  readonly spec: EvaluateSpec
  readonly context: JobContext
  readonly executor: Executor
  /** For what a recipe offloads. */
  readonly host: Executor
  readonly name: FewclueName
  readonly model: Model
}

/**
 * Measures a base model on a FewCLUE task (methods.md 0.4): majority, zero-shot, each word group
 * alone and Fuzzy-PET, on every split, with the right and wrong answers text by text.
 */
export async function runEvaluate(
  spec: EvaluateSpec,
  context: JobContext,
): Promise<EvaluateResult> {
  const { task: name } = spec
  if (!isFewclueName(name))
    fail('benchmark.unknownTask', { task: name, known: Object.keys(fewclueTasks) })
  const executor = await executorFor(spec.device, spec.threads)
  const host = ortExecutor({ threads: spec.threads })
  try {
    const pool = spec.poolSteps > 0 ? await continueOnPool(spec, name, context) : null
    const model = await readModel(pool?.model ?? spec.base)
    const { task } = fewclueTasks[name]
    requireSound(
      checkTask(task, model.tokenizer, recipeFor(model.config, 0, spec.recipe).maxTokens),
    )
    const evaluation = { spec, context, executor, host, name, model }
    const rows: EvaluateRow[] = []
    for (const split of spec.splits) rows.push(...(await evaluateSplit(evaluation, split)))
    return { kind: 'evaluate', rows, pool: pool && pool.report }
  } finally {
    await executor.dispose()
    await host.dispose()
  }
}

async function evaluateSplit(evaluation: Evaluation, split: number): Promise<EvaluateRow[]> {
  const { spec, name, model } = evaluation
  const { task } = fewclueTasks[name]
  const training = await readLabelled(spec, name, `train_${split}`)
  const test = await readLabelled(spec, name, spec.final ? 'test_public' : `dev_${split}`)
  const row = (method: string, predicted: readonly number[]): EvaluateRow => ({
    task: name,
    method,
    split,
    correct: predicted.map((c, i) => c === test[i]!.class),
    n: test.length,
  })
  const wants = new Set(spec.methods)
  const rows: EvaluateRow[] = []
  if (wants.has('majority')) {
    const most = mostFrequent(training, task.classes.length)
    rows.push(row('majority', new Array<number>(test.length).fill(most)))
  }
  if (wants.has('zero-shot')) {
    rows.push(row('zero-shot', await predict(evaluation, task, model.weights, test)))
  }
  const trained = trainedTasks(task, wants)
  for (const [i, [method, own]] of trained.entries()) {
    const { splits } = spec
    const done = splits.indexOf(split) * trained.length + i
    evaluation.context.report({
      phase: `split ${split}: ${method}`,
      done,
      total: splits.length * trained.length,
      figures: {},
    })
    const weights = await trainOn(evaluation, own, training)
    rows.push(row(method, await predict(evaluation, own, weights, test)))
  }
  return rows
}

/** The tasks that a model is trained for, by the name of the method. */
function trainedTasks(task: Task, wants: ReadonlySet<string>): [string, Task][] {
  const single = task.groups.map((group): [string, Task] => [
    `single ${group.name}`,
    { ...task, groups: [group] },
  ])
  const fuzzy: [string, Task] = ['Fuzzy-PET A', task]
  return [...(wants.has('single') ? single : []), ...(wants.has('fuzzy') ? [fuzzy] : [])]
}

async function trainOn(
  { spec, context, executor, host, model }: Evaluation,
  task: Task,
  texts: readonly Labelled[],
): Promise<Weights> {
  const items = texts.map<TrainingItem>((text, id) => ({
    id,
    a: text.a,
    target: { kind: 'class', class: text.class },
    weight: 1,
    gold: true,
  }))
  const recipe = recipeFor(model.config, items.length, spec.recipe)
  const { seed } = spec
  const plan = trainPlan(
    { executor, offload: recipe.offload ? host : undefined },
    model.config,
    recipe,
  )
  const state = await freshState(plan, model.weights, seed)
  const input = { ...model, task, recipe, seed, items }
  try {
    for await (const _ of train(input, state)) {
      if (context.signal.aborted) fail('job.cancelled', { job: context.jobId })
    }
    return await trainedWeights(state)
  } finally {
    await closeState(state)
  }
}

async function predict(
  { spec, executor, model }: Evaluation,
  task: Task,
  weights: Weights,
  texts: readonly Labelled[],
): Promise<number[]> {
  const { maxTokens } = recipeFor(model.config, 0, spec.recipe)
  const scorer = createScorer({ ...model, weights, executor, task, maxTokens, temperature: 1, now })
  try {
    const scored = await scorer.score(texts.map(({ a }, id) => ({ id, a })))
    return scored.map(({ logits }) => argmax(logits))
  } finally {
    await scorer.dispose()
  }
}

async function readTexts(
  spec: EvaluateSpec,
  name: FewclueName,
  part: string,
): Promise<FewclueText[]> {
  const path = join(spec.fewclue, `${part}.json`)
  const content = await readFile(path, 'utf8').catch(() => fail('benchmark.noFile', { path }))
  return parseFewclue(name, content, path)
}

async function readLabelled(
  spec: EvaluateSpec,
  name: FewclueName,
  part: string,
): Promise<Labelled[]> {
  const texts = await readTexts(spec, name, part)
  return texts.filter((text): text is Labelled => text.class !== undefined)
}

function mostFrequent(texts: readonly Labelled[], classes: number): number {
  const counts = new Array<number>(classes).fill(0)
  for (const text of texts) counts[text.class]!++
  return argmax(counts)
}

/**
 * Continued pretraining on the task's unlabelled pool, without the texts of its test set. Returns
 * the folder of the model that comes out, and what the pool was made of.
 */
async function continueOnPool(
  spec: EvaluateSpec,
  name: FewclueName,
  context: JobContext,
): Promise<{ readonly model: string; readonly report: PoolReport }> {
  const test = await readTexts(spec, name, 'test_public')
  const { texts, inTest, repeated } = cleanPool(await readTexts(spec, name, 'unlabeled'), test)
  const workFolder = join(spec.workFolder, `${name}-pool-${spec.poolSteps}`)
  await rm(workFolder, { recursive: true, force: true })
  await mkdir(workFolder, { recursive: true })
  const { maxPositions } = (await readModelShape(spec.base)).config
  const path = join(workFolder, 'pool.txt')
  await writeFile(path, `${texts.map(({ a }) => a.replace(/\s+/g, ' ')).join('\n')}\n`)
  const settings: PretrainSettings = {
    steps: spec.poolSteps,
    learningRate: 3e-4,
    warmup: Math.ceil(spec.poolSteps * 0.1),
    weightDecay: 0.01,
    maskRate: 0.15,
    wholeWords: 0.5,
    dropout: 0,
    shapes: [
      { batch: 32, tokens: Math.min(64, maxPositions), share: 4 },
      { batch: 16, tokens: Math.min(128, maxPositions), share: 1 },
    ],
    seed: spec.seed,
    heldOut: 256,
  }
  const result = await runPretrain(
    {
      kind: 'pretrain',
      corpus: [{ path, weight: 1 }],
      start: { base: spec.base },
      settings,
      workFolder,
      out: join(workFolder, 'model'),
      dtype: 'F32',
      threads: spec.threads,
      device: spec.device,
      checkpointEvery: spec.poolSteps,
      evaluateEvery: spec.poolSteps,
    },
    { ...context, resume: undefined },
  )
  return { model: result.model, report: { texts: texts.length, inTest, repeated } }
}
