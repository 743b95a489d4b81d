import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Stream } from '../../core/random.ts'
import type { Task, TrainingItem } from '../../core/task.ts'
import { fewclueTasks, parseFewclue, type FewclueName } from '../../learn/fewclue.ts'
import { batchOf } from '../../learn/fuzzy-pet/order.ts'
import type { FilledPattern } from '../../learn/prompt/pattern.ts'
import { fill, textBudget, variants, type Variant } from '../../learn/prompt/variants.ts'
import type { TextTokenizer } from '../../learn/text/tokenizer.ts'

/** A batch as both sides take it. */
export interface Batch {
  readonly items: readonly TrainingItem[]
  readonly filled: readonly FilledPattern[]
}

export interface Task20 {
  readonly task: Task
  readonly variant: Variant
  readonly batches: readonly Batch[]
}

/** The first batches of a training on split 0 of a FewCLUE task, cut to `tokens`. */
export function batchesOf(
  data: string,
  name: FewclueName,
  tokenizer: TextTokenizer,
  batch: number,
  tokens: number,
  count: number,
): Task20 {
  const { task } = fewclueTasks[name]
  const all = variants(task, tokenizer)
  if (all.length !== 1) throw new Error(`${name}: one pass was expected`)
  const items = textsOf(data, name, 'train_0').flatMap((text, id): TrainingItem[] =>
    text.class === undefined
      ? []
      : [{ id, a: text.a, target: { kind: 'class', class: text.class }, weight: 1, gold: true }],
  )
  const budget = textBudget(all, tokens)
  const batches = Array.from({ length: count }, (_, step) => {
    const chosen = batchOf(items, 1, step, batch)
    return { items: chosen, filled: chosen.map((item) => fill(tokenizer, all[0]!, item, budget)) }
  })
  return { task, variant: all[0]!, batches }
}

export function textsOf(data: string, name: FewclueName, file: string) {
  return parseFewclue(name, readFileSync(join(data, name, `${file}.json`), 'utf8'))
}

/** Texts of the unlabelled pool, in an order of their own. */
export function poolOf(data: string, name: FewclueName, count: number) {
  return new Stream(1, 'pool').shuffled(textsOf(data, name, 'unlabeled')).slice(0, count)
}
