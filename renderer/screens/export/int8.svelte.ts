import type { Int8Report } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { attempt } from '../../state/messages.svelte.ts'
import { doneJobs } from './done-jobs.ts'

/** What was measured of int8 models in this project, and whether one is to be exported. */
export class Int8 {
  #reports = $state.raw<readonly Int8Report[]>([])
  /** What the user chose; it holds where the model may leave. */
  isWanted = $state(false)

  async load(): Promise<void> {
    this.#reports = (await doneJobs<Int8Report>('int8')).map(({ result }) => result)
  }

  /** The latest report on a round at a temperature. */
  reportOf(round: number, temperature: number | null): Int8Report | undefined {
    return this.#reports.find(
      (report) => report.round === round && report.temperature === temperature,
    )
  }

  async measure(round: number, temperature: number): Promise<void> {
    await attempt(() => api.call('export.measureInt8', { round, temperature }))
  }
}
