import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExportSpec } from '../../../core/job.ts'
import type { Scored, Task, TextItem } from '../../../core/task.ts'
import { createScorer } from '../../../learn/fuzzy-pet/score.ts'
import type { JobContext } from '../../../worker/job-context.ts'
import type { Model } from '../../../worker/model-folder.ts'
import { ortExecutor } from '../../../worker/ort.ts'
import { tinyModel, tinyTask, tinyTexts } from '../../fixtures/tiny-model.ts'

const now = () => performance.now()

/** Patterns with the mask before and after the text, words of one and of two tokens. */
export const singleTask: Task = {
  ...tinyTask,
  classes: [
    { id: 'good', name: '好评 "+"' },
    { id: 'bad', name: '差评|坏' },
  ],
  patterns: ['{a}总的来说[MASK]。', '[MASK]，{a}'],
  groups: [...tinyTask.groups, { name: '好坏', words: { good: '好', bad: '坏' } }],
}

/** The second text comes first in one of the patterns, and they differ in length. */
export const pairTask: Task = {
  ...singleTask,
  kind: 'pair',
  patterns: ['今天{b}，[MASK]的。{a}', '{a}[MASK]{b}'],
}

export const settings = { temperature: 1.7, maxTokens: 32 }

/** Weights of twice the usual spread: what a text says shows in the first digits of its logits. */
export function loudModel(): Model {
  const model = tinyModel(3)
  for (const { shape, data } of model.weights.values()) {
    if (shape.length === 2) data.forEach((value, i) => (data[i] = 2 * Number(value)))
  }
  return model
}

const long = '今天饭菜很香，快慢不太远近。'.repeat(8)

/** Texts that exports go wrong on. The first texts of pairs hold no `[SEP]`, which would end them. */
export const hardTexts = ['好', '', long, '很[MASK]好[CLS]的', '很[SEP]差[PAD]，不贵', '😀 abc龘12']
export const hardPairs: readonly (readonly [string, string])[] = [
  ['喜欢', '不讨厌'],
  ['', '饭菜香'],
  ['饭菜香', ''],
  [long, '很差'],
  ['很差', long],
  [long, long],
  ['很[MASK]好', '不[SEP]差[MASK]'],
]

export const singles: TextItem[] = [...hardTexts, ...tinyTexts(12).map(({ a }) => a)].map(
  (a, id) => ({ id, a }),
)
export const pairs: TextItem[] = [
  ...hardPairs,
  ...tinyTexts(8).map(({ a }, i) => [a, tinyTexts(8, 2)[i]!.a] as const),
].map(([a, b], id) => ({ id, a, b }))

export function textsOf(task: Task): TextItem[] {
  return task.kind === 'pair' ? pairs : singles
}

/** The trained model's own answers, by plain insertion of the patterns. */
export async function reference(model: Model, task: Task, temperature: number): Promise<Scored[]> {
  const executor = ortExecutor({ threads: 1 })
  const scorer = createScorer({ ...model, executor, task, ...settings, temperature, now })
  const scored = await scorer.score(textsOf(task))
  await executor.dispose()
  return scored
}

export interface Quiet {
  readonly texts?: readonly TextItem[]
  readonly onPhase?: (phase: string) => void
  readonly signal?: AbortSignal
  readonly onPredictions?: JobContext['predictions']
}

/** The outside of a job that runs in this process. */
export function context({ texts = [], onPhase, signal, onPredictions }: Quiet = {}): JobContext {
  return {
    signal: signal ?? new AbortController().signal,
    jobId: 'job',
    resume: undefined,
    report: ({ phase }) => onPhase?.(phase),
    checkpoint: () => {},
    scores: () => {},
    predictions: (items) => onPredictions?.(items),
    texts: async () => texts,
  }
}

export function exportSpec(task: Task, model: string, folder: string): ExportSpec {
  const texts = textsOf(task).length
  return { kind: 'export', task, model, folder, ...settings, threads: 1, texts }
}

/** A folder for a whole test file; give the remover to `after`. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'shiliu-export-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export function largestDifference(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
): number {
  if (a.length !== b.length) return Infinity
  return Math.max(...a.flatMap((row, i) => row.map((value, c) => Math.abs(value - b[i]![c]!))))
}
