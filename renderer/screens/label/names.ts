import { project } from '../../state/project.svelte.ts'
import type { Step } from './steps.ts'
import { words } from './words.ts'

/** What was done with a text, in a word: the name of its class or what took the place of one. */
export function nameOf(deed: Step['deed']): string {
  if (deed.state === 'class') {
    return project.classes.find(({ id }) => id === deed.class)?.name ?? words().gone
  }
  return words().deeds[deed.state]
}

/** Place of the class in the task; null for everything that is no class of it. */
export function placeOf(deed: Step['deed']): number | null {
  if (deed.state !== 'class') return null
  const place = project.classes.findIndex(({ id }) => id === deed.class)
  return place < 0 ? null : place
}
