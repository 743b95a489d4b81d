import { shown } from '../screens/index.ts'
import type { KeyAction } from '../state/keys.svelte.ts'
import { overlay } from '../state/overlay.svelte.ts'
import { place } from '../state/place.svelte.ts'
import { project } from '../state/project.svelte.ts'
import { settings } from '../state/settings.svelte.ts'
import { language } from '../words/language.svelte.ts'
import { moveToArea } from './areas.ts'

/** What keys do on every screen. */
export function frameActions(): KeyAction[] {
  const { commands, nextArea, previousArea } = language.words
  return [
    {
      keys: ['Control+k'],
      name: commands,
      run: () => overlay.show('commands'),
      everywhere: true,
    },
    ...programActions(),
    ...screenActions(),
    { keys: ['F6'], name: nextArea, run: () => moveToArea(1), everywhere: true },
    { keys: ['Shift+F6'], name: previousArea, run: () => moveToArea(-1), everywhere: true },
  ]
}

export function screenActions(): KeyAction[] {
  if (project.info === null) return []
  return shown.map(({ name }, i) => ({
    keys: [`Control+${i + 1}`],
    name: language.words[name],
    run: () => place.go(name),
    everywhere: true,
  }))
}

export function programActions(): KeyAction[] {
  const { keys, settings: name, narrowRail, wideRail } = language.words
  const { isRailNarrow } = settings.now
  return [
    { keys: ['Control+,'], name, run: () => overlay.show('settings'), everywhere: true },
    { keys: ['?'], name: keys, run: () => overlay.show('keys') },
    {
      keys: ['Control+\\'],
      name: isRailNarrow ? wideRail : narrowRail,
      run: () => settings.choose({ isRailNarrow: !isRailNarrow }),
      everywhere: true,
    },
  ]
}
