/** One action that a key does. */
export interface KeyAction {
  /** As `KeyboardEvent.key` names it, lower case, with `Control+` or `Shift+` before it. */
  readonly keys: readonly string[]
  readonly name: string
  readonly run: () => void
  /** Works in text fields too: combinations with Control do. */
  readonly everywhere?: boolean
}

/**
 * The keyboard: what the screen in front can do, by key. Letters are read by the physical key while an
 * input method is on. Nothing happens while a word is being composed, in a text field, or behind a
 * dialog; a key that is held down decides once.
 */
class Keys {
  readonly #layers: (() => readonly KeyAction[])[] = []
  #version = $state(0)

  constructor() {
    addEventListener('keydown', (event) => this.#onKey(event))
  }

  /** Adds actions that go before all others, until the returned function is called. */
  add(actions: () => readonly KeyAction[]): () => void {
    this.#layers.push(actions)
    this.#version++
    return () => {
      this.#layers.splice(this.#layers.indexOf(actions), 1)
      this.#version++
    }
  }

  /** Everything that a key does now, for the sheet of keys; the screen's own first. */
  get all(): readonly KeyAction[] {
    void this.#version
    return this.#layers.toReversed().flatMap((layer) => layer())
  }

  /** What a key does now. */
  doing(key: string): KeyAction | undefined {
    return this.all.find((action) => action.keys.includes(key))
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.repeat || event.defaultPrevented || isPress(event)) return
    const pressed = namesOf(event)
    const isTyping = isTextField(event.target)
    const action = this.all.find(
      ({ keys, everywhere }) =>
        keys.some((key) => pressed.includes(key)) && (everywhere === true || !isTyping),
    )
    if (action === undefined || isBehindDialog(event.target, action)) return
    event.preventDefault()
    action.run()
  }
}

export const keys = new Keys()

/** Names of a key press: by its letter and, where an input method hides it, by its place. */
function namesOf(event: KeyboardEvent): string[] {
  const control = event.ctrlKey || event.metaKey
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1] ?? /^Digit(\d)$/.exec(event.code)?.[1]
  // Full-width signs are those that they are wide forms of.
  const key = event.key.normalize('NFKC')
  const isHidden = key === 'Process' || key === 'Unidentified'
  const isLatin = /^[ -~]$/.test(key) || (key.length > 1 && !isHidden)
  const names = [key, ...(isLatin || letter === undefined ? [] : [letter])]
  return names.flatMap((name) => {
    const plain = name.length === 1 ? name.toLowerCase() : name
    const prefix = `${control ? 'Control+' : ''}${event.altKey ? 'Alt+' : ''}`
    const shifted = `${prefix}${event.shiftKey ? 'Shift+' : ''}${plain}`
    // A sign such as ? is what it is, whatever it takes to type it.
    return /^[a-z0-9]$/.test(plain) || plain.length > 1 ? [shifted] : [shifted, `${prefix}${plain}`]
  })
}

/** Whether the key presses the control that has the focus. */
function isPress({ key, target, ctrlKey, metaKey }: KeyboardEvent): boolean {
  if (!(key === 'Enter' || key === ' ') || ctrlKey || metaKey) return false
  return target instanceof Element && target.closest('button, a[href], summary, select') !== null
}

export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range'].includes(target.type)
}

function isBehindDialog(target: EventTarget | null, action: KeyAction): boolean {
  const dialog = document.querySelector('[role="dialog"], [role="menu"]')
  if (dialog === null || action.keys.includes('Escape')) return false
  return !(target instanceof Node && dialog.contains(target) && action.everywhere === true)
}
