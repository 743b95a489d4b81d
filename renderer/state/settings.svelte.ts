import type { DeviceName } from '../../core/devices.ts'

const key = 'shiliu.settings'

interface Kept {
  /** Keys that are one letter, digit or sign: as they are, with Alt, or not at all. */
  readonly singleKeys: 'plain' | 'alt' | 'off'
  /** Size of the text that is read; null where each screen has its own. */
  readonly reading: 's' | 'm' | 'l' | null
  /** After a decision only what was done is announced, without the next text. */
  readonly saysLess: boolean
  readonly isRailNarrow: boolean
  /** What was computed on last. */
  readonly device: DeviceName
}

const initial: Kept = {
  singleKeys: 'plain',
  reading: null,
  saysLess: false,
  isRailNarrow: false,
  device: 'cpu',
}

/** What was chosen of the interface in this browser, beside language and theme. */
class Settings {
  #now = $state.raw<Kept>({
    ...initial,
    ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Kept>),
  })

  get now(): Kept {
    return this.#now
  }

  choose(change: Partial<Kept>): void {
    this.#now = { ...this.#now, ...change }
    localStorage.setItem(key, JSON.stringify(this.#now))
  }
}

export const settings = new Settings()
