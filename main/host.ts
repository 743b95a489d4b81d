import type { FromWorker, ToWorker } from '../core/job.ts'
import type { ShellInfo } from '../core/records.ts'

/** What a shell (command line, browser, Electron) gives to the application, and all it gives. */
export interface Host {
  readonly kind: ShellInfo['kind']
  /** The program's own folder: the default model and the sample lie in its `resources`. */
  readonly root: string
  /** Files and folders that users name lie below one of these; null where any may be named. */
  readonly fileRoots: readonly string[] | null
  /** Where the list of recent projects is kept; null where there is none. */
  readonly settingsFolder: string | null
  /** Where base models are kept that users add; null where none can be. */
  readonly modelsFolder: string | null
  /** Whether `pickFile` and `pickFolder` can ask. */
  readonly hasDialogs: boolean
  /** Asks the user for a file or folder; null when nothing was chosen. */
  pickFile(options: PickOptions): Promise<string | null>
  pickFolder(options: Pick<PickOptions, 'title'>): Promise<string | null>
  /** Shows a file or folder to the user with the system's own program. */
  openPath(path: string): Promise<void>
  /** Starts a compute process. */
  startWorker(): WorkerProcess
}

export interface PickOptions {
  readonly title: string
  /** Without the dot; none given, all files. */
  readonly extensions: readonly string[]
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
