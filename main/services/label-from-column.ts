import type { Checked, LabelledFromColumn } from '../../core/contract.ts'
import type { TextId } from '../../core/project.ts'
import type { TaskClass } from '../../core/task.ts'
import { Stream } from '../../core/random.ts'
import type { WritableDb } from '../store/database.ts'
import { setLabels } from '../store/labels.ts'
import { projectSeed } from '../store/project.ts'
import { requireTask } from '../store/tasks.ts'
import { columnValues, requireColumn } from '../store/texts.ts'
import { idRanges } from '../training/in-turns.ts'
import { labelSummary } from './label-summary.ts'

/**
 * Labels texts by an original column, as one entry of the journal: a seeded sample of each class, or
 * every text of the scope. Texts that have a label keep it and count towards the sample.
 */
export async function labelFromColumn(
  db: WritableDb,
  input: Checked<'label.fromColumn'>,
): Promise<LabelledFromColumn> {
  const { classes } = requireTask(db).task
  const nameOf = new Map(classes.map((c) => [c.id, c.name]))
  const { found, unmatched } = await textsByClass(db, input, classes)
  const seed = input.seed ?? projectSeed(db)
  const chosen = [...found].map(([classId, texts]) => {
    const stream = new Stream(seed, 'label', 'column', nameOf.get(classId)!)
    const missing = input.perClass && input.perClass - labelled(db, classId, input.scope)
    return {
      classId,
      texts: missing === undefined ? texts : stream.sample(texts, Math.max(0, missing)),
    }
  })
  const edits = chosen.flatMap(({ classId, texts }) =>
    texts.map((text) => {
      return { text, mark: { state: 'class', class: classId }, origin: 'column' } as const
    }),
  )
  return {
    entry: setLabels(db, edits),
    labels: labelSummary(db),
    perClass: Object.fromEntries(chosen.map((c) => [nameOf.get(c.classId)!, c.texts.length])),
    unmatched,
  }
}

/** The unlabelled texts of the scope by the class that their column names. */
async function textsByClass(
  db: WritableDb,
  { column, scope, names }: Checked<'label.fromColumn'>,
  classes: readonly TaskClass[],
) {
  requireColumn(db, column)
  const idOf = new Map(classes.map((c) => [c.name, c.id]))
  const found = new Map<string, TextId[]>()
  const unmatched: Record<string, number> = {}
  for await (const range of idRanges(db)) {
    for (const { id, value } of columnValues(db, column, scope, range)) {
      const classId = idOf.get(names[value] ?? value)
      if (classId === undefined) unmatched[value] = (unmatched[value] ?? 0) + 1
      else append(found, classId, id)
    }
  }
  return { found, unmatched }
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
