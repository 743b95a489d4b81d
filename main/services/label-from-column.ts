import type { Checked, LabelledFromColumn } from '../../core/contract.ts'
import type { TextId } from '../../core/project.ts'
import type { TaskClass } from '../../core/task.ts'
import { Stream } from '../../core/random.ts'
import { transaction, type WritableDb } from '../store/database.ts'
import { setLabels } from '../store/labels.ts'
import { projectSeed } from '../store/project.ts'
import { requireTask } from '../store/tasks.ts'
import { columnValues, requireColumn, stillOpen } from '../store/texts.ts'
import { idRanges } from '../training/in-turns.ts'
import { labelSummary } from './label-summary.ts'

/**
 * Labels texts by an original column, as one entry of the journal: a seeded sample of each class, or
 * every text of the scope. Texts that have a label keep it and count towards the sample, also those
 * that were labelled while this was looking.
 */
export async function labelFromColumn(
  db: WritableDb,
  input: Checked<'label.fromColumn'>,
): Promise<LabelledFromColumn> {
  const { classes } = requireTask(db).task
  const { found, unmatched } = await textsByClass(db, input, classes)
  return transaction(db, () => {
    const chosen = classes
      .filter(({ id }) => found.has(id))
      .map((c) => ({ ...c, texts: chosenTexts(db, input, c, found.get(c.id)!) }))
    const edits = chosen.flatMap(({ id, texts }) =>
      texts.map((text) => {
        return { text, mark: { state: 'class', class: id }, origin: 'column' } as const
      }),
    )
    return {
      entry: setLabels(db, edits),
      labels: labelSummary(db),
      perClass: Object.fromEntries(chosen.map(({ name, texts }) => [name, texts.length])),
      unmatched,
    }
  })
}

/** What is to be labelled of the texts that were found for a class some time ago. */
function chosenTexts(
  db: WritableDb,
  { perClass, scope, seed = projectSeed(db) }: Checked<'label.fromColumn'>,
  { id, name }: TaskClass,
  found: readonly TextId[],
): TextId[] {
  const texts = stillOpen(db, found, scope)
  if (perClass === undefined) return texts
  const missing = Math.max(0, perClass - labelled(db, id, scope))
  return new Stream(seed, 'label', 'column', name).sample(texts, missing)
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
