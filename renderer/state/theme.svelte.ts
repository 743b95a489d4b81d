const key = 'shiliu.theme'

export type Look = 'light' | 'dark'

/** Light or dark: the system's, or what was chosen here. */
class Theme {
  #chosen = $state<Look | null>(null)

  constructor() {
    const kept = localStorage.getItem(key)
    if (kept === 'light' || kept === 'dark') this.choose(kept)
  }

  /** Null where the system decides. */
  get chosen(): Look | null {
    return this.#chosen
  }

  choose(look: Look | null): void {
    this.#chosen = look
    const { dataset } = document.documentElement
    if (look === null) {
      delete dataset['theme']
      localStorage.removeItem(key)
    } else {
      dataset['theme'] = look
      localStorage.setItem(key, look)
    }
  }

  toggle(): void {
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
    this.choose((this.#chosen ?? system) === 'dark' ? 'light' : 'dark')
  }
}

export const theme = new Theme()
