/** What the frame lays over the screen, one thing at a time. */
class Overlay {
  shown = $state<'commands' | 'keys' | 'settings' | null>(null)

  show(what: NonNullable<Overlay['shown']>): void {
    this.shown = what
  }

  close(): void {
    this.shown = null
  }
}

export const overlay = new Overlay()
