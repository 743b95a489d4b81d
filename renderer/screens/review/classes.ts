import type { Answer } from '../../../core/project.ts'
import { project } from '../../state/project.svelte.ts'
import { words } from './words.ts'

/** Place of a class in the task, from 0; -1 when it has left the task. */
export function placeOf(classId: string): number {
  return project.classes.findIndex(({ id }) => id === classId)
}

export function nameOf(classId: string): string {
  return project.classes[placeOf(classId)]?.name ?? '—'
}

export function answerName(answer: Answer): string {
  return answer.state === 'none' ? words().none : nameOf(answer.class)
}

/** The word that stands for a class in a group; null when the task has changed since. */
export function wordOf(group: string, classId: string): string | null {
  const groups = project.info?.task?.task.groups ?? []
  return groups.find(({ name }) => name === group)?.words[classId] ?? null
}

export function groupCount(): number {
  return project.info?.task?.task.groups.length ?? 0
}
