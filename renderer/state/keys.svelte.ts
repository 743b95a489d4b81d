import { untrack } from 'svelte'
import { keyNow } from './key-now.ts'

/** One action that a key does. */
export interface KeyAction {
  /** As `KeyboardEvent.key` names it, lower case, with `Control+`, `Alt+` or `Shift+` before it. */
  readonly keys: readonly string[]
  readonly name: string
  readonly run: () => void
  /** Works in text fields too: combinations with Control do. */
  readonly everywhere?: boolean
  /** The part of the screen that has the focus takes the key by itself; here it is only listed. */
  readonly isLocal?: boolean
}

export type KeyActions = () => readonly KeyAction[]

interface Layer {
  readonly actions: KeyActions
  /** While it is there, no other action happens. */
  readonly isHold: boolean
}

/**
 * The keyboard: what the screen in front can do, by key. Letters are read by the physical key while an
 * input method is on. Nothing happens while a word is being composed, in a text field, or behind a
 * dialog or a menu; a key that is held down decides once.
 */
class Keys {
  readonly #layers: Layer[] = []
  #version = $state(0)

  constructor() {
    addEventListener('keydown', (event) => this.#onKey(event))
  }

  /** Adds actions that go before all others, until the returned function is called. */
  add(actions: KeyActions): () => void {
    return this.#put({ actions, isHold: false })
  }

  /**
   * Holds back all other actions, those of a screen that comes later as well, until the returned function
   * is called: a dialog or a menu is open, and only what it does itself happens.
   */
  hold(actions: KeyActions = () => []): () => void {
    return this.#put({ actions, isHold: true })
  }

  /** Everything that a key does when nothing is held back, for the sheet of keys; the screen's own first. */
  get all(): readonly KeyAction[] {
    void this.#version
    return actionsOf(this.#layers)
  }

  /** What goes before the actions that were added as `below`. */
  above(below: KeyActions): readonly KeyAction[] {
    void this.#version
    return actionsOf(this.#layers.slice(1 + this.#layers.findIndex((one) => one.actions === below)))
  }

  #put(layer: Layer): () => void {
    this.#layers.push(layer)
    // Adding depends on nothing, also in an effect.
    untrack(() => this.#version++)
    return () => {
      this.#layers.splice(this.#layers.indexOf(layer), 1)
      this.#version++
    }
  }

  /** What a key does now. */
  doing(key: string): KeyAction | undefined {
    return this.all.find((action) => action.keys.includes(key))
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.repeat || event.defaultPrevented || isPress(event)) return
    const pressed = namesOf(event)
    const isTyping = isTextField(event.target)
    const hold = this.#layers.findLast(({ isHold }) => isHold)
    const action = actionsOf(hold ? [hold] : this.#layers).find(
      ({ keys, everywhere, isLocal }) =>
        isLocal !== true &&
        keys.some((key) => pressed.includes(keyNow(key) ?? '')) &&
        (everywhere === true || !isTyping),
    )
    if (action === undefined) return
    event.preventDefault()
    action.run()
  }
}

export const keys = new Keys()

function actionsOf(layers: readonly Layer[]): readonly KeyAction[] {
  return layers.toReversed().flatMap(({ actions }) => actions())
}

/** Names of a key press: by its letter and, where an input method or Alt hides it, by its place. */
function namesOf(event: KeyboardEvent): string[] {
  const control = event.ctrlKey || event.metaKey
  const isWide = /^[\u3000\uff01-\uff5e]$/.test(event.key)
  // Full-width signs are those that they are wide forms of.
  const key = isWide ? event.key.normalize('NFKC') : event.key
  const isHidden = ['Process', 'Unidentified', 'Dead'].includes(key)
  const isLatin = /^[ -~]$/.test(key) || (key.length > 1 && !isHidden)
  const names = isLatin ? [key] : [key, ...placeOf(event)]
  return names.flatMap((name) => {
    const plain = name.length === 1 ? name.toLowerCase() : name
    const prefix = `${control ? 'Control+' : ''}${event.altKey ? 'Alt+' : ''}`
    const shifted = `${prefix}${event.shiftKey ? 'Shift+' : ''}${plain}`
    // A sign such as ? is what it is, whatever it takes to type it.
    return /^[a-z0-9]$/.test(plain) || plain.length > 1 ? [shifted] : [shifted, `${prefix}${plain}`]
  })
}

/** What the pressed place has on a Latin keyboard. */
function placeOf({ code, shiftKey }: KeyboardEvent): string[] {
  const letter = /^(?:Key([A-Z])|Digit(\d))$/.exec(code)
  const sign = { Semicolon: ';', Slash: shiftKey ? '?' : '/' }[code]
  return [letter?.[1] ?? letter?.[2] ?? sign ?? []].flat()
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
