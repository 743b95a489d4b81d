import { shotsPerClass } from '../../core/shots.ts'
import type { TaskClass } from '../../core/task.ts'

/** Labels that are missing until every class has its sixteen; more of one make up for none of another. */
export function missingShots(
  classes: readonly TaskClass[],
  labelled: (id: string) => number,
): number {
  return classes.reduce((sum, { id }) => sum + Math.max(0, shotsPerClass - labelled(id)), 0)
}
