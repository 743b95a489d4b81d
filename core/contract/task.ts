import * as v from 'valibot'
import { mostQuestionTexts, type CheckResult, type PatternAnswer } from '../job.ts'
import type { AssistScores, TaskVersion } from '../records.ts'
import { gives, none, Count, Path, SomeText } from './schemas.ts'

/** A task as people write it: classes and words by the names of the classes. */
export const TaskDefinitionSchema = v.object({
  kind: v.optional(v.picklist(['single', 'pair']), 'single'),
  classes: v.array(
    v.object({ name: v.pipe(v.string(), v.trim(), v.minLength(1)), id: v.optional(v.string()) }),
  ),
  patterns: v.array(v.pipe(v.string(), v.minLength(1))),
  groups: v.array(
    v.object({ name: v.pipe(v.string(), v.minLength(1)), words: v.record(v.string(), v.string()) }),
  ),
  guideline: v.optional(v.string(), ''),
})
export type TaskDefinition = v.InferInput<typeof TaskDefinitionSchema>

/** The task, and what the base model says of it. */
export const taskCalls = {
  'task.get': { input: none, output: gives<TaskVersion | null>(), writes: false },
  'task.set': { input: TaskDefinitionSchema, output: gives<TaskVersion>(), writes: true },
  /** What a base model makes of a task's words and patterns. Saves nothing. */
  'task.check': {
    input: v.object({ definition: v.optional(TaskDefinitionSchema), base: v.optional(Path) }),
    output: gives<CheckResult>(),
    writes: false,
  },

  /** A text in one of a task's patterns, token by token, as the base model reads it. */
  'assist.pattern': {
    input: v.object({
      definition: v.optional(TaskDefinitionSchema),
      base: v.optional(Path),
      pattern: v.optional(Count, 0),
      text: SomeText,
    }),
    output: gives<PatternAnswer>(),
    writes: false,
  },
  /**
   * What the base model or the round in use says of a few texts. Without a definition the base takes
   * the current task, and the round the one that it was trained with.
   */
  'assist.score': {
    input: v.object({
      definition: v.optional(TaskDefinitionSchema),
      model: v.picklist(['base', 'round']),
      texts: v.pipe(v.array(SomeText), v.minLength(1), v.maxLength(mostQuestionTexts)),
    }),
    output: gives<AssistScores>(),
    writes: false,
  },
} as const
