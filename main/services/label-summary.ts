import type { LabelSummary } from '../../core/records.ts'
import type { ReadableDb } from '../store/database.ts'
import { heldOutDraw } from '../store/held-out.ts'
import { labelCounts } from '../store/labels.ts'
import { countNeighbours } from '../store/neighbours.ts'

export function labelSummary(db: ReadableDb): LabelSummary {
  const classes = labelCounts(db)
  return {
    classes,
    heldOut: heldOutDraw(db),
    heldOutLabelled: classes.reduce((sum, c) => sum + c.heldOut, 0),
    heldOutNeighbours: countNeighbours(db),
  }
}
