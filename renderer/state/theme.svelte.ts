const key = 'shiliu.theme'

/** Light or dark: the system's, or what was chosen here. */
class Theme {
  constructor() {
    const chosen = localStorage.getItem(key)
    if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen
  }

  toggle(): void {
    const { dataset } = document.documentElement
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
    dataset['theme'] = (dataset['theme'] ?? system) === 'dark' ? 'light' : 'dark'
    localStorage.setItem(key, dataset['theme'])
  }
}

export const theme = new Theme()
