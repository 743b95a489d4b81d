import * as v from 'valibot'

/** A class of the task. `id` is stable and never shown; `name` is what the analyst reads. */
export const ClassSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  name: v.pipe(v.string(), v.minLength(1)),
})

/** One word group: a word for every class, by class id. */
export const WordGroupSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1)),
  words: v.record(v.string(), v.string()),
})

/**
 * What is asked of each text. A pattern holds `{a}` (and `{b}` for pairs) and a run of `[MASK]`,
 * written once: the number of masks follows the length of the word group in use.
 */
export const TaskSchema = v.object({
  kind: v.picklist(['single', 'pair']),
  classes: v.array(ClassSchema),
  patterns: v.array(v.pipe(v.string(), v.minLength(1))),
  groups: v.array(WordGroupSchema),
})

export type TaskClass = v.InferOutput<typeof ClassSchema>
export type WordGroup = v.InferOutput<typeof WordGroupSchema>
export type Task = v.InferOutput<typeof TaskSchema>

/** A text (or pair) as the compute process sees it. */
export interface TextItem {
  readonly id: number
  readonly a: string
  readonly b?: string
}

/**
 * What the loss asks of a training text. `class` index refers to the order of `Task.classes`.
 * `not` is a rejected proposal: any class but this one (decision 18).
 */
export type Target =
  | { readonly kind: 'class'; readonly class: number }
  | { readonly kind: 'soft'; readonly probabilities: readonly number[] }
  | { readonly kind: 'not'; readonly class: number }

/** A text with what is known of it. Gold labels have weight 1. */
export interface TrainingItem extends TextItem {
  readonly target: Target
  readonly weight: number
  /** Gold texts fill at least half of each batch when there are pseudo-labels. */
  readonly gold: boolean
}

/**
 * What a trained model says of one text.
 *
 * `logits[c]` are the class logits, those of the export at the temperature of the scoring;
 * `groups[g][c]` is group g's own log probability of class c's word; `agreement` is the share of
 * groups whose own argmax is the winning class.
 */
export interface Scored {
  readonly id: number
  readonly logits: readonly number[]
  readonly groups: readonly (readonly number[])[]
  readonly agreement: number
}

/** What a scoring is given of a text: the text, or its score where it is known already. */
export type TextOrScore = TextItem | Scored

/** What travels to a job that asks for texts. */
export type JobItem = TextOrScore | TrainingItem
