import type { FromWorker, ToWorker } from '../core/job.ts'

/** What a shell (command line, browser, Electron) gives to the application, and all it gives. */
export interface Host {
  /** The program's own folder: the default model and the sample lie in its `resources`. */
  readonly root: string
  /** Asks the user for a file or folder; null when there is nobody to ask or nothing was chosen. */
  pickFile(options: { readonly title: string }): Promise<string | null>
  pickFolder(options: { readonly title: string }): Promise<string | null>
  /** Shows a file or folder to the user with the system's own program. */
  openPath(path: string): Promise<void>
  /** Starts a compute process. */
  startWorker(): WorkerProcess
}

/** How a process ended: by itself with a code, or by a signal. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
}

export interface WorkerProcess {
  send(message: ToWorker): void
  onMessage(listener: (message: FromWorker) => void): void
  /** Called once, also when the process could not be started. */
  onExit(listener: (ending: Ending) => void): void
  /** Ends the process at once. */
  kill(): void
}
