import type { Checked, LabelledFromColumn } from '../../core/contract.ts'
import type { TextId } from '../../core/project.ts'
import { Stream } from '../../core/random.ts'
import type { WritableDb } from '../store/database.ts'
import { setLabels } from '../store/labels.ts'
import { freeTexts } from '../store/pool.ts'
import { projectSeed } from '../store/project.ts'
import { requireTask } from '../store/tasks.ts'
import { columnValues } from '../store/texts.ts'
import { labelSummary } from './label-summary.ts'

/**
 * Labels texts by an original column, as one entry of the journal: a seeded sample of each class, or
 * every text of the scope. Texts that have a label keep it and count towards the sample.
 */
export function labelFromColumn(
  db: WritableDb,
  input: Checked<'label.fromColumn'>,
): LabelledFromColumn {
  const { classes } = requireTask(db).task
  const idOf = new Map(classes.map((c) => [c.name, c.id]))
  const nameOf = new Map(classes.map((c) => [c.id, c.name]))
  const found = new Map<string, TextId[]>()
  const unmatched: Record<string, number> = {}
  const inScope = freeTexts(db, input.scope)
  for (const { id, value } of columnValues(db, input.column)) {
    const classId = idOf.get(input.names[value] ?? value)
    if (classId === undefined) unmatched[value] = (unmatched[value] ?? 0) + 1
    else if (inScope.has(id)) append(found, classId, id)
  }
  const seed = input.seed ?? projectSeed(db)
  const chosen = [...found].map(([classId, texts]) => {
    const stream = new Stream(seed, 'label', 'column', nameOf.get(classId)!)
    const missing =
      input.perClass && Math.max(0, input.perClass - labelled(db, classId, input.scope))
    return { classId, texts: missing === undefined ? texts : stream.sample(texts, missing) }
  })
  const entry = setLabels(
    db,
    chosen.flatMap(({ classId, texts }) =>
      texts.map(
        (text) => ({ text, mark: { state: 'class', class: classId }, origin: 'column' }) as const,
      ),
    ),
  )
  return {
    entry,
    labels: labelSummary(db),
    perClass: Object.fromEntries(chosen.map((c) => [nameOf.get(c.classId)!, c.texts.length])),
    unmatched,
  }
}

function labelled(db: WritableDb, classId: string, scope: 'train' | 'heldout'): number {
  const counts = labelSummary(db).classes.find((c) => c.class === classId)
  return (scope === 'train' ? counts?.train : counts?.heldOut) ?? 0
}

function append(map: Map<string, TextId[]>, key: string, id: TextId): void {
  const list = map.get(key)
  if (list) list.push(id)
  else map.set(key, [id])
}
