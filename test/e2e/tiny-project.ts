import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Input } from '../../core/contract.ts'
import type { Job } from '../../core/records.ts'
import { writeModel } from '../../worker/model-folder.ts'
import { tinyModel, tinyTask, tinyTexts } from '../fixtures/tiny-model.ts'
import { openInterface } from './interface.ts'
import type { Calls, Window } from './window.ts'

/** What separates the classes of the tiny texts well, and what learns nothing at all. */
export const goodRecipe = { steps: 120, batch: 8, learningRate: 1e-2, maxTokens: 32 }
export const idleRecipe = { ...goodRecipe, steps: 1, learningRate: 1e-9 }

/** The class names, patterns and words that the tiny model knows. */
const definition = {
  classes: [{ name: '好' }, { name: '坏' }],
  patterns: tinyTask.patterns,
  groups: [
    { name: '满意', words: { 好: '满意', 坏: '失望' } },
    { name: '喜欢', words: { 好: '喜欢', 坏: '讨厌' } },
  ],
}

/** A project with some texts and a task, none of them labelled yet, and a base model beside it. */
export async function tinyProject({ app, folder }: Window, texts = 240): Promise<void> {
  await app.call('project.create', { path: join(folder, 'p.shiliu') })
  await writeModel(join(folder, 'base'), tinyModel())
  const rows = tinyTexts(texts).map(({ id, a, target }) => {
    const label = target.kind === 'class' && target.class === 0 ? '好' : '坏'
    return `${id},${a}${(id * 7919) % 100_003}-${(id * 104_729) % 99_991},${label}`
  })
  const path = join(folder, 'texts.csv')
  writeFileSync(path, `id,text,label\n${rows.join('\n')}\n`)
  const { plan } = await app.call('data.preview', { path, choice: { text: 'text', id: 'id' } })
  await ended(app, await app.call('data.import', { path, plan }))
  await app.call('task.set', definition)
}

/** The interface with such a project open, labelled. */
export async function openLabelledTiny(t: TestContext, texts?: number): Promise<Window> {
  const window = await openInterface(t)
  await tinyProject(window, texts)
  await labelTiny(window.app)
  return window
}

/** Draws and labels a held-out set of 60, and labels 16 texts of each class to train on. */
export async function labelTiny(app: Calls): Promise<void> {
  await app.call('label.drawHeldOut', { size: 60 })
  await app.call('label.fromColumn', { column: 'label', scope: 'heldout' })
  await app.call('label.fromColumn', { column: 'label', perClass: 16 })
}

/** Trains the tiny model to the end, or to what else the job comes to. */
export async function trainTiny(
  app: Calls,
  recipe: NonNullable<Input<'train.start'>['recipe']>,
): Promise<Job> {
  const { path } = await app.call('project.info', {})
  const base = join(dirname(path), 'base')
  return ended(app, await app.call('train.start', { base, recipe, seed: 5 }))
}

async function ended(app: Calls, { job }: { job: number }): Promise<Job> {
  return app.call('jobs.wait', { job })
}
