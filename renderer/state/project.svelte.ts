import type { ProjectInfo } from '../../core/records.ts'
import { shotsOf, type Shots } from '../../core/shots.ts'
import { api } from '../api.ts'
import { CallError } from '../bridge.ts'
import { place, type Step } from './place.svelte.ts'

/**
 * The open project, kept up to date with what any page or job changes in it. A page shows one opening of
 * one project in its life: when another is opened, here or in another page, it begins anew, so that
 * nothing that it holds is taken for something of that project.
 */
class ProjectState {
  info = $state<ProjectInfo | null>(null)
  /** False until it is known whether a project is open. */
  isKnown = $state(false)
  isConnected = $state(true)
  /** When the last change was committed, in milliseconds; null before the first of this page. */
  savedAt = $state<number | null>(null)
  #isEntering = false
  #isAsking = false
  #isStale = false

  start(): void {
    api.listen(({ event }) => {
      if (event === 'project.changed') this.savedAt = Date.now()
      if (event !== 'job.step') void this.refresh()
    })
    api.onConnection((isThere) => {
      // What happened before the way was there was not heard.
      if (isThere) void this.refresh()
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
      this.#take(await api.call('project.info', {}))
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

  /** Opens or makes a project and shows it, at the step where it is. */
  async enter(open: () => Promise<ProjectInfo>): Promise<void> {
    this.#isEntering = true
    try {
      const info = await open()
      // The step of another project is shown by the page that shows that project, not by this one.
      if (this.#isOther(info)) place.keep(stepOf(info))
      else place.go(stepOf(info))
    } finally {
      this.#isEntering = false
      await this.refresh()
    }
  }

  #isOther({ opening }: ProjectInfo): boolean {
    return api.opening !== null && api.opening !== opening
  }

  #take(info: ProjectInfo): void {
    // A project that is being entered is shown at the step where it is, not before.
    if (this.#isEntering) return
    if (this.#isOther(info)) return beginAnew()
    api.opening = info.opening
    this.info = info
  }

  get classes() {
    return this.info?.task?.task.classes ?? []
  }

  /** How far the training labels are. */
  get shots(): Shots {
    return shotsIn(this.info)
  }
}

/** Where a project is: at what was interrupted, or at the first thing that is not done yet. */
function stepOf(info: ProjectInfo): Step {
  const { texts, task, roundInUse, interrupted } = info
  if (texts === 0) return 'data'
  if (task === null) return 'task'
  if (interrupted === 'train') return 'train'
  if (roundInUse !== null) return 'rounds'
  return shotsIn(info).missing > 0 ? 'label' : 'train'
}

function shotsIn(info: ProjectInfo | null): Shots {
  const train = new Map(info?.labels.classes.map((c) => [c.class, c.train]))
  return shotsOf(info?.task?.task.classes ?? [], (id) => train.get(id) ?? 0)
}

/** What a screen has not saved belongs to a project that is closed: nothing is asked about it. */
function beginAnew(): void {
  addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), { capture: true })
  location.reload()
}

export const project = new ProjectState()
