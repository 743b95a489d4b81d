import type { ImportId } from '../../../core/project.ts'
import type { ImportReport } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { attempt } from '../../state/messages.svelte.ts'

/** What was imported into the project, the latest first. */
class Imports {
  all = $state.raw<readonly ImportReport[]>([])
  readonly latest = $derived<ImportReport | undefined>(this.all[0])

  follow(): () => void {
    void this.refresh()
    return api.listen(({ event, payload }) => {
      const isOurs =
        (event === 'job.ended' && payload.job.kind === 'import') ||
        (event === 'project.changed' && payload.call === 'data.import')
      if (isOurs) void this.refresh()
    })
  }

  async refresh(): Promise<void> {
    const reports = await attempt(() => api.call('data.imports', {}))
    if (reports) this.all = reports.toReversed()
  }

  byId(id: ImportId): ImportReport | undefined {
    return this.all.find((report) => report.id === id)
  }
}

export const imports = new Imports()
