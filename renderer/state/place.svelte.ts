/** The screens, in the order of the rail. */
export const steps = ['data', 'task', 'label', 'train', 'review', 'rounds', 'export'] as const
export type Step = (typeof steps)[number]
export type Screen = 'home' | Step

/** Which screen is shown. It stands in the address, so that a reload comes back to it. */
class Place {
  screen = $state<Screen>(fromHash())

  constructor() {
    addEventListener('hashchange', () => (this.screen = fromHash()))
  }

  go(screen: Screen): void {
    location.hash = screen === 'home' ? '' : `#/${screen}`
    this.screen = screen
  }

  /** The screen that this page shows when it has begun anew. */
  keep(step: Step): void {
    history.replaceState(null, '', `#/${step}`)
  }
}

function fromHash(): Screen {
  const name = location.hash.replace(/^#\//, '')
  return (steps as readonly string[]).includes(name) ? (name as Step) : 'home'
}

export const place = new Place()
