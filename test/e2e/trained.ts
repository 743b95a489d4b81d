import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import type { Started } from '../../core/contract.ts'
import type { Language } from '../../core/errors.ts'
import { openInterface } from './interface.ts'
import { type Calls, show, type Window } from './window.ts'

/** How far a project has come: a round in use, or proposals of it as well. */
export type Stage = 'trained' | 'proposed'

export interface Options {
  readonly language?: Language
  readonly stage?: Stage
}

const kept = mkdtempSync(join(tmpdir(), 'shiliu-trained-'))
after(() => rmSync(kept, { recursive: true, force: true }))
const fileOf = (stage: Stage) => join(kept, `${stage}.shiliu`)
let isMade = false

/**
 * The interface at a screen of a project that was trained for a moment: the sample with 32 labels, its
 * held-out set labelled, and proposals for all other texts. It is made once for a file of tests.
 */
export async function openTrained(
  t: TestContext,
  screen: string,
  { language = 'en', stage = 'proposed' }: Options = {},
): Promise<Window> {
  const window = await openInterface(t, language)
  await showTrained(window, screen, stage)
  return window
}

/** Such a project at one of its screens, in a window that is there. */
export async function showTrained(window: Window, screen: string, stage: Stage): Promise<void> {
  const { page, app, folder } = window
  // A page that is there while projects are opened begins anew by itself, with each.
  await page.goto('about:blank')
  if (!isMade) await make(app, folder)
  const path = join(folder, 'trained.shiliu')
  copyFileSync(fileOf(stage), path)
  await app.call('project.open', { path })
  await show(window, screen)
}

async function make(app: Calls, folder: string): Promise<void> {
  const { path } = await app.call('project.createSample', { folder })
  await app.call('label.fromColumn', { column: 'label', perClass: 16, seed: 1 })
  await app.call('label.fromColumn', { column: 'label', scope: 'heldout' })
  await ended(app, await app.call('train.start', { recipe: { steps: 3, batch: 4 }, seed: 1 }))
  await keep(app, path, 'trained')
  const rule = { share: 1, minimum: 200, unanimous: false }
  await ended(app, await app.call('review.propose', { rule }))
  await keep(app, path, 'proposed')
  await app.call('project.close', {})
  isMade = true
}

/** A closed project is one file. */
async function keep(app: Calls, path: string, stage: Stage): Promise<void> {
  await app.call('project.close', {})
  copyFileSync(path, fileOf(stage))
  await app.call('project.open', { path })
}

async function ended(app: Calls, { job }: Started): Promise<void> {
  const { state, error } = await app.call('jobs.wait', { job })
  if (state !== 'done') throw new Error(`job ${job} ${state}: ${JSON.stringify(error)}`)
}

/** Waits until something holds that the application, not the page, can tell. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 180_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not come to hold')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
