import type { RecentProject } from '../../../core/records.ts'
import { shotsPerClass } from '../../../core/shots.ts'
import { words } from './words.ts'

/** How far a project has come: the step it is at, 0 to 6 as on the rail, and what is to be done there. */
export function stageOf(project: RecentProject): { readonly step: number; readonly text: string } {
  const { stages } = words()
  const wanted = shotsPerClass * project.classes
  if (project.texts === 0) return { step: 0, text: stages.empty }
  if (project.classes < 2) return { step: 1, text: stages.task }
  if (project.round !== null) return { step: 5, text: stages.round(project.round) }
  if (project.labels < wanted) return { step: 2, text: stages.label(wanted - project.labels) }
  return { step: 3, text: stages.train }
}
