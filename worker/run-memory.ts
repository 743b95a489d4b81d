import type { DeviceName } from '../core/devices.ts'
import type { MemoryQuestion, Recipe } from '../core/job.ts'
import { isEnough, type MemoryParts, type MemoryRelief, type RunMemory } from '../core/memory.ts'
import type { TrainingItem } from '../core/task.ts'
import { memoryOfRun } from '../learn/fuzzy-pet/memory.ts'
import { trainPlan } from '../learn/fuzzy-pet/train.ts'
import { parameterShapes } from '../learn/model/parameters.ts'
import { recipeFor } from '../learn/recipe.ts'
import { factsOf } from './devices/facts.ts'
import { executorFor } from './executor-for.ts'
import type { Model } from './model-folder.ts'
import { ortExecutor } from './ort.ts'

/** What onnxruntime takes for its threads and tables when the first session is opened, as measured. */
const runtimeBytes = 20e6

/** What a compute process takes before any work, as this one is. */
const processBytes = process.memoryUsage.rss() + runtimeBytes

/** What another recipe may take at most to be a relief, as a share. */
const worthwhile = 0.98

/** Estimates the memory of a run; null where its device cannot tell. */
export async function runMemory(
  question: MemoryQuestion,
  model: Omit<Model, 'weights'>,
): Promise<RunMemory | null> {
  const { device } = question
  const recipe = recipeFor(model.config, question.count, question.recipe)
  const parts = await partsFor(question, model, recipe)
  if (parts === null) return null
  const free = (await factsOf(device)).memory?.free ?? null
  const estimate: RunMemory = {
    place: isHost(device) ? 'host' : 'device',
    bytes: bytesOf(parts),
    parts,
    free,
    relief: [],
  }
  if (isEnough(estimate)) return estimate
  const relief: MemoryRelief[] = []
  for (const change of reliefs(recipe)) {
    const less = await partsFor(question, model, { ...recipe, ...change })
    const bytes = less && bytesOf(less)
    if (bytes && bytes < worthwhile * estimate.bytes) relief.push({ recipe: change, bytes })
  }
  return { ...estimate, relief }
}

/** What a recipe may have otherwise to need less, at the same result or nearly so. */
function reliefs({ batch, accumulate, recompute }: Recipe): MemoryRelief['recipe'][] {
  const parts = Math.min(batch, 4 * accumulate)
  return [
    ...(batch > 1 ? [{ batch: Math.ceil(batch / 2) }] : []),
    ...(parts > accumulate ? [{ accumulate: parts }] : []),
    ...(recompute === 0 ? [{ recompute: 1 }] : []),
  ]
}

/** The latest answers: a page asks again whenever something of its project has changed. */
const known = new Map<string, MemoryParts | null>()
const mostKnown = 16

async function partsFor(
  question: MemoryQuestion,
  model: Omit<Model, 'weights'>,
  recipe: Recipe,
): Promise<MemoryParts | null> {
  const { task, device, texts } = question
  const key = JSON.stringify([question.model, model.config, task, device, texts, recipe])
  const before = known.get(key)
  const parts = before === undefined ? await lookedAt(question, model, recipe) : before
  known.delete(key)
  known.set(key, parts)
  const [oldest] = known.keys()
  if (known.size > mostKnown) known.delete(oldest!)
  return parts
}

async function lookedAt(
  { task, device, texts }: MemoryQuestion,
  { config, tokenizer }: Omit<Model, 'weights'>,
  recipe: Recipe,
): Promise<MemoryParts | null> {
  const executor = await executorFor(device, 1)
  const offload = recipe.offload ? ortExecutor({ threads: 1 }) : undefined
  const plan = trainPlan({ executor, offload }, config, recipe)
  const items = texts.length > 0 ? texts.map(itemOf) : [longest(recipe.maxTokens)]
  const memory = memoryOfRun({ config, tokenizer, task, recipe, seed: 1, items }, plan)
  if (memory === undefined) return null
  const { state, master, frozen, programs, update, cache } = memory
  if (!isHost(device)) {
    return { process: 0, model: frozen, state, steps: programs.kept + programs.run }
  }
  const model = [...parameterShapes(config).values()].reduce(
    (sum, shape) => sum + 4 * shape.reduce((product, dim) => product * dim, 1),
    0,
  )
  const steps = programs.kept + update.kept + Math.max(programs.run, update.run) + cache
  return { process: processBytes, model, state: state + master, steps }
}

/** Whether a device computes in the computer's own memory. */
function isHost(device: DeviceName): boolean {
  return device === 'cpu' || device === 'coreml'
}

function bytesOf({ process, model, state, steps }: MemoryParts): number {
  return process + model + state + steps
}

function itemOf({ kind, ...text }: MemoryQuestion['texts'][number], id: number): TrainingItem {
  const target = { kind: kind === 'rejected' ? 'not' : 'class', class: 0 } as const
  return { id, ...text, target, weight: 1, gold: kind === 'gold' }
}

/** Where no text is labelled yet, texts are taken to be as long as they may be. */
function longest(maxTokens: number): TrainingItem {
  const a = '字'.repeat(maxTokens)
  return { id: 0, a, target: { kind: 'class', class: 0 }, weight: 1, gold: true }
}
