import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../core/errors.ts'
import type { Answer, PatternQuestion, Question, ScoreQuestion } from '../core/job.ts'
import type { Executor } from '../engine/executor.ts'
import { createPreview, type Preview } from '../learn/fuzzy-pet/preview.ts'
import { checkTask } from '../learn/prompt/check.ts'
import { viewPattern } from '../learn/prompt/view.ts'
import { recipeFor } from '../learn/recipe.ts'
import { adoptModel, readModel, readModelShape, type Model } from './model-folder.ts'
import { ortExecutor } from './ort.ts'
import { runMemory } from './run-memory.ts'

type Shape = Omit<Model, 'weights'>

/** A model that is kept between questions; its weights are read when the first question needs them. */
interface KeptModel {
  readonly folder: string
  /** Changes when other files lie in the folder. */
  readonly state: string
  readonly shape: Promise<Shape>
  readonly executor: Executor
  preview?: Promise<Preview>
}

/** As many as there are questions about at a time: the base model and the round in use. */
const keptModels = 2

/**
 * Answers questions in one thread, with the models in memory, so that an answer takes as long as its
 * forward pass.
 */
export class Assist {
  /** The latest used first. */
  #models: KeptModel[] = []

  async answer(question: Question): Promise<Answer> {
    if (question.kind === 'adopt') {
      return { kind: 'adopt', sha256: await adoptModel(question.folder, question.out) }
    }
    const model = await this.#model(question.model)
    switch (question.kind) {
      case 'check': {
        const { tokenizer, config } = await model.shape
        const { task, training } = question
        if (!training) return checkTask(task, tokenizer, config.maxPositions)
        const recipe = recipeFor(config, training.texts, training.recipe)
        return { ...checkTask(task, tokenizer, recipe.maxTokens), recipe }
      }
      case 'pattern':
        return view(question, await model.shape)
      case 'score':
        return score(question, model)
      case 'memory':
        return { kind: 'memory', memory: await runMemory(question, await model.shape) }
    }
  }

  async #model(folder: string): Promise<KeptModel> {
    const state = await stateOf(folder)
    const known = this.#models.find((model) => model.folder === folder && model.state === state)
    const model = known ?? keep(folder, state)
    const others = this.#models.filter((other) => other !== model && other.folder !== folder)
    const kept = [model, ...others].slice(0, keptModels)
    for (const gone of this.#models.filter((other) => !kept.includes(other))) {
      await gone.executor.dispose()
    }
    this.#models = kept
    return model
  }
}

function keep(folder: string, state: string): KeptModel {
  const shape = readModelShape(folder)
  // Whoever asks hears of it; nobody else waits for it.
  shape.catch(() => undefined)
  return { folder, state, shape, executor: ortExecutor({ threads: 1 }) }
}

/** Error: `model.missing`. */
async function stateOf(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder)).filter((name) => /\.(json|txt|safetensors)$/.test(name))
    const files = await Promise.all(names.sort().map((name) => stat(join(folder, name))))
    return files.map(({ size, mtimeMs, ino }, i) => `${names[i]} ${size} ${mtimeMs} ${ino}`).join()
  } catch {
    return fail('model.missing', { path: folder })
  }
}

function view({ task, pattern, text, maxTokens }: PatternQuestion, shape: Shape): Answer {
  if (task.patterns[pattern] === undefined) return fail('task.noPattern', {})
  const { tokenizer } = shape
  return viewPattern({ task, pattern, text, tokenizer, maxTokens: lengthFor(shape, maxTokens) })
}

async function score({ task, texts, maxTokens }: ScoreQuestion, model: KeptModel): Promise<Answer> {
  const { config } = await model.shape
  model.preview ??= readModel(model.folder).then((whole) =>
    createPreview({ ...whole, executor: model.executor }),
  )
  const preview = await model.preview
  const { layers, hiddenSize, vocabSize } = config
  return {
    kind: 'score',
    texts: await preview.score(task, texts, lengthFor({ config }, maxTokens)),
    size: { layers, hiddenSize, vocabSize },
  }
}

/** The length of sequences: what a run was trained with, or would be. */
function lengthFor({ config }: Pick<Shape, 'config'>, maxTokens: number | undefined): number {
  return recipeFor(config, 0, maxTokens === undefined ? {} : { maxTokens }).maxTokens
}
