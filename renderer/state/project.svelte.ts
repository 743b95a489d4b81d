import type { ProjectInfo } from '../../core/records.ts'
import { api } from '../api.ts'
import { CallError } from '../bridge.ts'

/** The open project, kept up to date with what any page or job changes in it. */
class ProjectState {
  info = $state<ProjectInfo | null>(null)
  /** False until it is known whether a project is open. */
  isKnown = $state(false)
  isConnected = $state(true)
  /** When the last change was committed, in milliseconds; null before the first of this page. */
  savedAt = $state<number | null>(null)
  #isAsking = false
  #isStale = false

  start(): void {
    api.listen(({ event }) => {
      if (event === 'project.changed') this.savedAt = Date.now()
      if (event !== 'job.step') void this.refresh()
    })
    api.onConnection((isThere) => {
      if (isThere && !this.isConnected) void this.refresh()
      this.isConnected = isThere
    })
    void this.refresh()
  }

  /** Asks again; while an answer is under way, once more afterwards. */
  async refresh(): Promise<void> {
    if (this.#isAsking) {
      this.#isStale = true
      return
    }
    this.#isAsking = true
    try {
      this.info = await api.call('project.info', {})
    } catch (error) {
      const isClosed = error instanceof CallError && error.record.code === 'project.noneOpen'
      if (isClosed) this.info = null
    }
    this.isKnown = true
    this.#isAsking = false
    if (this.#isStale) {
      this.#isStale = false
      await this.refresh()
    }
  }

  get classes() {
    return this.info?.task?.task.classes ?? []
  }
}

export const project = new ProjectState()
