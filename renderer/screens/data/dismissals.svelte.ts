import { SvelteSet } from 'svelte/reactivity'
import type { JobId } from '../../../core/project.ts'
import { project } from '../../state/project.svelte.ts'

const key = 'shiliu.data.dismissed'

/** Imports whose ending was read and put away, by project, also after a reload. */
class Dismissals {
  readonly #all = new SvelteSet<string>(JSON.parse(localStorage.getItem(key) ?? '[]') as string[])

  has(job: JobId): boolean {
    return this.#all.has(this.#name(job))
  }

  add(job: JobId): void {
    this.#all.add(this.#name(job))
    localStorage.setItem(key, JSON.stringify([...this.#all].slice(-100)))
  }

  #name(job: JobId): string {
    return `${project.info?.path ?? ''}#${job}`
  }
}

export const dismissals = new Dismissals()
