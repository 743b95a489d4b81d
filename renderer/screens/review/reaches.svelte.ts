import { api } from '../../api.ts'
import { project } from '../../state/project.svelte.ts'

/** How likely each word of the task is when those of a class share evenly, where that can be asked. */
export class Reaches {
  /** `[G][C]` */
  #reach = $state.raw<readonly (readonly number[])[]>([])

  async load(): Promise<void> {
    const check = await api.call('task.check', {}).catch(() => null)
    this.#reach = check?.reach ?? []
  }

  /** Null while it is not known. */
  of(group: string, classId: string): number | null {
    const g = project.info?.task?.task.groups.findIndex(({ name }) => name === group) ?? -1
    const c = project.classes.findIndex(({ id }) => id === classId)
    return this.#reach[g]?.[c] || null
  }
}
