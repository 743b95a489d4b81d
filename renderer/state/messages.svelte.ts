import type { ErrorRecord } from '../../core/errors.ts'
import { CallError } from '../bridge.ts'
import { place, type Screen } from './place.svelte.ts'

/** What is said at the edge of the window for a while. */
export interface Toast {
  readonly id: number
  readonly text: string
  /** With it the toast offers to take back what it tells of. */
  readonly undo?: (() => void) | undefined
  /** Where it was told. */
  readonly screen: Screen
}

const toastMs = 8000

class Messages {
  toasts = $state<readonly Toast[]>([])
  /** The gravest thing that went wrong and was not yet dismissed. */
  fault = $state<ErrorRecord | null>(null)
  #next = 1

  /** Returns what the toast is dismissed by. */
  tell(text: string, undo?: () => void): number {
    const id = this.#next++
    this.toasts = [...this.toasts, { id, text, undo, screen: place.screen }]
    setTimeout(() => this.dismiss(id), toastMs)
    return id
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id)
  }

  fail(error: unknown): void {
    this.fault = recordOf(error)
  }
}

/** What something failed with, as the catalogue of errors knows it. */
export function recordOf(error: unknown): ErrorRecord {
  if (error instanceof CallError) return error.record
  return { code: 'bug.unexpected', details: { message: String(error) } }
}

export const messages = new Messages()

/** Does something; what it fails with is shown. Undefined when it failed. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    messages.fail(error)
    return undefined
  }
}
