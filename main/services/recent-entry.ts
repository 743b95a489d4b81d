import type { RecentProject } from '../../core/records.ts'
import type { OpenProject } from '../store/open.ts'
import { projectRecord } from '../store/project.ts'
import { roundInUse } from '../store/rounds.ts'
import { currentTask } from '../store/tasks.ts'
import { countTexts } from '../store/texts.ts'
import { heldOutFigures } from '../training/figures.ts'
import { labelSummary } from './label-summary.ts'

/** What Home shows of a project without opening it. */
export function recentEntry({ path, db }: OpenProject): Omit<RecentProject, 'isThere'> {
  const round = roundInUse(db)
  const { classes } = labelSummary(db)
  return {
    path,
    name: projectRecord(db).name,
    openedAt: Date.now(),
    texts: countTexts(db),
    labels: classes.reduce((sum, { train }) => sum + train, 0),
    classes: currentTask(db)?.task.classes.length ?? 0,
    round: round?.number ?? null,
    accuracy: round ? heldOutFigures(db, round).accuracy : null,
  }
}
