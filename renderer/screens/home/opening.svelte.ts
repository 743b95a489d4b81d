import type { WorkKind } from '../../../core/project.ts'
import type { ProjectInfo } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { files } from '../../state/files.svelte.ts'
import { jobs } from '../../state/jobs.svelte.ts'
import { attempt } from '../../state/messages.svelte.ts'
import { place } from '../../state/place.svelte.ts'
import { project } from '../../state/project.svelte.ts'
import { words } from './words.ts'

interface Entry {
  readonly verb: 'open' | 'create'
  readonly open: () => Promise<ProjectInfo>
}

/** Opening and making projects, wherever it is asked for. */
class Opening {
  /** What waits for leave to stop the jobs of the open project. */
  asked = $state.raw<(Entry & { readonly kinds: readonly WorkKind[] }) | null>(null)
  #isUnderWay = false

  async create(): Promise<void> {
    const path = await files.pickPlace(words().createTitle, words().newName)
    if (path === null) return
    const full = path.endsWith('.shiliu') ? path : `${path}.shiliu`
    await this.#enter({ verb: 'create', open: () => api.call('project.create', { path: full }) })
  }

  async open(): Promise<void> {
    const path = await files.pickFile(words().openTitle, ['shiliu'])
    if (path !== null) await this.openAt(path)
  }

  async openAt(path: string): Promise<void> {
    if (project.info?.path === path) place.go('data')
    else await this.#enter({ verb: 'open', open: () => api.call('project.open', { path }) })
  }

  async sample(): Promise<void> {
    const folder = files.shell?.home
    if (folder === undefined) return
    await this.#enter({
      verb: 'create',
      open: () => api.call('project.createSample', { folder }),
    })
  }

  stopAndEnter({ open }: Entry): void {
    this.asked = null
    void this.#once(() => project.enter(open))
  }

  async #enter(entry: Entry): Promise<void> {
    await this.#once(async () => {
      await jobs.refresh()
      const kinds = jobs.running.map(({ job }) => job.kind)
      if (kinds.length > 0) this.asked = { ...entry, kinds }
      else await project.enter(entry.open)
    })
  }

  /** A second click or key while a project is being opened means the same one. */
  async #once(work: () => Promise<void>): Promise<void> {
    if (this.#isUnderWay) return
    this.#isUnderWay = true
    try {
      await attempt(work)
    } finally {
      this.#isUnderWay = false
    }
  }
}

export const opening = new Opening()
