import type { ErrorRecord } from '../../../core/errors.ts'
import type { ExportedFile, ExportOutcome, Job } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { CallError } from '../../bridge.ts'
import { doneJobs } from './done-jobs.ts'

/** An export that was finished, as its job tells of it. */
export interface Exported {
  readonly job: Job
  readonly outcome: ExportOutcome
}

/** What folders of earlier versions did not have. */
const withoutInt8 = { int8Parity: [], int8: null }

/** The exports of the project, and the one that is shown with its files. */
export class Exports {
  all = $state.raw<readonly Exported[]>([])
  shown = $state.raw<Exported | null>(null)
  files = $state.raw<readonly ExportedFile[]>([])
  /** Why the files cannot be listed: the folder has gone, or is no longer whole. */
  fault = $state.raw<ErrorRecord | null>(null)
  verifying = $state<'no' | 'running' | 'same'>('no')
  readonly bytes = $derived(this.files.reduce((sum, { bytes }) => sum + bytes, 0))

  /** Reads the list again and shows the latest. */
  async load(): Promise<void> {
    this.all = (await doneJobs<ExportOutcome>('export')).map(({ job, result }) => ({
      job,
      outcome: { ...withoutInt8, ...result },
    }))
    await this.show(this.all[0] ?? null)
  }

  async show(exported: Exported | null): Promise<void> {
    this.shown = exported
    this.files = []
    this.fault = null
    this.verifying = 'no'
    if (!exported) return
    const files = await this.#orFault(() =>
      api.call('export.files', { folder: exported.outcome.folder }),
    )
    if (this.shown === exported) this.files = files ?? []
  }

  /** Reads every file again and compares it with its checksum. */
  async verify(): Promise<void> {
    const { shown } = this
    if (!shown || this.verifying === 'running') return
    this.verifying = 'running'
    const { folder } = shown.outcome
    const isSame = await this.#orFault(async () => {
      await api.call('export.verify', { folder })
      return true
    })
    if (this.shown === shown) this.verifying = isSame ? 'same' : 'no'
  }

  async #orFault<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      this.fault = error.record
      return undefined
    }
  }
}
