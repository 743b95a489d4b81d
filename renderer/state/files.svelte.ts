import type { ShellInfo } from '../../core/records.ts'
import { api } from '../api.ts'

/** What the picker in the window is asked, where the system has no dialogs. */
export interface PickerRequest {
  readonly title: string
  readonly extensions: readonly string[]
  /** With it a place for something new is asked for. */
  readonly name?: string
  readonly isFolder?: boolean
  readonly answer: (path: string | null) => void
}

/** Asks for files and places, with the system's dialogs or our own. */
class Files {
  shell = $state<ShellInfo | null>(null)
  request = $state<PickerRequest | null>(null)

  async start(): Promise<void> {
    this.shell = await api.call('shell.info', {})
  }

  /** A file that is there; null when nothing was chosen. */
  pickFile(title: string, extensions: readonly string[]): Promise<string | null> {
    if (this.shell?.hasDialogs) {
      return api.call('shell.pickFile', { title, extensions: [...extensions] })
    }
    return this.#ask({ title, extensions })
  }

  /** A folder that is there; null when nothing was chosen. */
  pickFolder(title: string): Promise<string | null> {
    if (this.shell?.hasDialogs) return api.call('shell.pickFolder', { title })
    return this.#ask({ title, extensions: [], isFolder: true })
  }

  /** A path for something new, in a folder that is there. */
  async pickPlace(title: string, name: string): Promise<string | null> {
    if (!this.shell?.hasDialogs) return this.#ask({ title, extensions: [], name })
    const folder = await api.call('shell.pickFolder', { title })
    return folder === null ? null : `${folder}/${name}`
  }

  #ask(request: Omit<PickerRequest, 'answer'>): Promise<string | null> {
    return new Promise((resolve) => {
      const answer = (path: string | null) => {
        this.request = null
        resolve(path)
      }
      this.request = { ...request, answer }
    })
  }
}

export const files = new Files()
