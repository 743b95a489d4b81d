import { fromRecord } from '../../core/errors.ts'
import type { CheckResult, TaskFinding } from '../../core/job.ts'
import type { Task } from '../../core/task.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { patternFindings } from './check-pattern.ts'
import { attainableOf, reachesOf, soundWords, spellWords, wordFindings } from './check-words.ts'
import { error, repeated } from './finding.ts'

/**
 * Checks a task against a model's vocabulary and length (methods.md 1.5, guard rails). A task without
 * findings of severity `error` can be trained, scored and exported. `maxTokens` is the model's length.
 */
export function checkTask(task: Task, tokenizer: TextTokenizer, maxTokens: number): CheckResult {
  const words = spellWords(task, tokenizer)
  const masks = words.map((group) => Math.max(0, ...group.map((word) => word?.ids.length ?? 0)))
  const context = { kind: task.kind, tokenizer, masks, maxTokens }
  return {
    kind: 'check',
    findings: [
      ...taskFindings(task),
      ...wordFindings(task, words),
      ...task.patterns.flatMap((pattern) => patternFindings(pattern, context)),
    ],
    words: words.map((group) => group.map((word) => word?.tokens ?? [])),
    attainable: attainableOf(task, words),
    reach: reachesOf(task, words),
    masks,
    sound: soundWords(words),
  }
}

/** Ends the call with the first finding that forbids to go on. */
export function requireSound({ findings }: CheckResult): void {
  const first = findings.find(({ severity }) => severity === 'error')
  if (first !== undefined) throw fromRecord(first.error)
}

function taskFindings(task: Task): TaskFinding[] {
  const { classes, groups, patterns } = task
  return [
    ...(classes.length < 2 ? [error('task.fewClasses', { count: classes.length })] : []),
    ...repeated(classes.map(({ name }) => name)).map((name) => error('task.sameClass', { name })),
    ...(groups.length === 0 ? [error('task.noGroup', {})] : []),
    ...repeated(groups.map(({ name }) => name)).map((name) => error('task.sameGroup', { name })),
    ...(patterns.length === 0 ? [error('task.noPattern', {})] : []),
  ]
}
