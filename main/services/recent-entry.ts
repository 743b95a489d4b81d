import type { RecentProject } from '../../core/records.ts'
import { shotsOf } from '../../core/shots.ts'
import type { OpenProject } from '../store/open.ts'
import { projectRecord } from '../store/project.ts'
import { roundInUse } from '../store/rounds.ts'
import { currentTask } from '../store/tasks.ts'
import { countTexts } from '../store/texts.ts'
import { heldOutFigures } from '../training/figures.ts'
import { labelSummary } from './label-summary.ts'

/** What Home shows of a project without opening it. */
export async function recentEntry({
  path,
  db,
}: OpenProject): Promise<Omit<RecentProject, 'isThere'>> {
  const round = roundInUse(db)
  const classes = currentTask(db)?.task.classes ?? []
  const train = new Map(labelSummary(db).classes.map((c) => [c.class, c.train]))
  const { found, surplus } = shotsOf(classes, (id) => train.get(id) ?? 0)
  return {
    path,
    name: projectRecord(db).name,
    openedAt: Date.now(),
    texts: countTexts(db),
    labels: found,
    surplus,
    classes: classes.length,
    round: round?.number ?? null,
    accuracy: round ? (await heldOutFigures(db, round)).accuracy : null,
  }
}
