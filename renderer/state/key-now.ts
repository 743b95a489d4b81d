import { settings } from './settings.svelte.ts'

/**
 * A key as it is pressed now: those that are one letter, digit or sign follow the setting (WCAG 2.1.4).
 * Null when it is switched off.
 */
export function keyNow(key: string): string | null {
  const { singleKeys } = settings.now
  if (singleKeys === 'plain' || !/^(Shift\+)?\S$/.test(key)) return key
  return singleKeys === 'off' ? null : `Alt+${key}`
}

/** The same as `aria-keyshortcuts` has it. */
export function shortcutOf(key: string): string | undefined {
  return keyNow(key)?.replace(' ', 'Space')
}
