import { fail } from '../core/errors.ts'
import type { Task } from '../core/task.ts'

/** A FewCLUE text; `class` is its index in `Task.classes`, absent in the unlabelled pool. */
export interface FewclueText {
  readonly a: string
  readonly class?: number
}

/** A FewCLUE task: what is asked of its texts, and how the data set writes its classes. */
export interface FewclueTask {
  readonly task: Task
  /** `labels[c]`: the label of class c in the data. */
  readonly labels: readonly string[]
}

/** What is left of a pool, and how many texts were taken out of it and why. */
export interface CleanPool {
  readonly texts: readonly FewclueText[]
  /** Texts that also stand in the test set. */
  readonly inTest: number
  /** Repetitions of an earlier text. */
  readonly repeated: number
}

/**
 * The tasks with patterns and word groups of our own: for each class its label in the data, its name
 * and a word for each of three groups. Words have two characters; those of a class share none at the
 * same place, so that all classes have the same attainable maximum. They were chosen by meaning and
 * by how common they are in the pretraining corpus; no test set was read.
 */
export const fewclueTasks = {
  eprstmt: fewclueTask('总的来说[MASK]。{a}', [
    ['Positive', '好评', '满意 喜欢 推荐'],
    ['Negative', '差评', '失望 后悔 垃圾'],
  ]),
  tnews: fewclueTask('下面报道一则[MASK]新闻。{a}', [
    ['100', '故事', '故事 情感 人生'],
    ['101', '文化', '文化 艺术 历史'],
    ['102', '娱乐', '娱乐 明星 影视'],
    ['103', '体育', '体育 比赛 足球'],
    ['104', '财经', '财经 经济 金融'],
    ['106', '房产', '房产 楼市 住房'],
    ['107', '汽车', '汽车 车辆 驾驶'],
    ['108', '教育', '教育 学校 考试'],
    ['109', '科技', '科技 网络 手机'],
    ['110', '军事', '军事 武器 战争'],
    ['112', '旅游', '旅游 景区 风景'],
    ['113', '国际', '国际 世界 外交'],
    ['114', '股票', '股票 证券 行情'],
    ['115', '农业', '农业 乡村 种植'],
    ['116', '电竞', '游戏 电竞 玩家'],
  ]),
}

export type FewclueName = keyof typeof fewclueTasks

export function isFewclueName(name: string): name is FewclueName {
  return Object.hasOwn(fewclueTasks, name)
}

/**
 * The texts of a data file (JSON lines with `sentence` and, except in the pool, `label`). Fails with
 * `benchmark.badLine`; `where` names the file.
 */
export function parseFewclue(name: FewclueName, jsonLines: string, where?: string): FewclueText[] {
  const { labels } = fewclueTasks[name]
  return jsonLines.split('\n').flatMap((text, i) => {
    if (text.trim() === '') return []
    const bad = (expected: string, got: string) =>
      fail('benchmark.badLine', { task: name, line: i + 1, expected, got }, where)
    const record = parseRecord(text) ?? bad('a JSON object', shortened(text))
    const { sentence, label } = record
    if (typeof sentence !== 'string') return bad('a "sentence"', shortened(text))
    if (label === undefined) return [{ a: sentence }]
    const index = labels.indexOf(String(label))
    return index < 0 ? bad(labels.join(', '), String(label)) : [{ a: sentence, class: index }]
  })
}

/**
 * The pool without texts of the test set and without repetitions. Texts are the same if they differ
 * only in width, case and spaces.
 */
export function cleanPool(pool: readonly FewclueText[], test: readonly FewclueText[]): CleanPool {
  const tested = new Set(test.map(({ a }) => folded(a)))
  const seen = new Set<string>()
  const texts: FewclueText[] = []
  let inTest = 0
  for (const text of pool) {
    const key = folded(text.a)
    if (tested.has(key)) inTest++
    else if (!seen.has(key)) texts.push(text)
    seen.add(key)
  }
  return { texts, inTest, repeated: pool.length - texts.length - inTest }
}

function fewclueTask(
  pattern: string,
  rows: readonly (readonly [label: string, name: string, words: string])[],
): FewclueTask {
  const wordsOf = (g: number) => rows.map(([label, , words]) => [label, words.split(' ')[g]!])
  const task: Task = {
    kind: 'single',
    classes: rows.map(([label, name]) => ({ id: label, name })),
    patterns: [pattern],
    groups: rows[0]![2]
      .split(' ')
      .map((_, g) => ({ name: `词组${g + 1}`, words: Object.fromEntries(wordsOf(g)) })),
  }
  return { task, labels: rows.map(([label]) => label) }
}

function parseRecord(text: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(text)
    const isObject = typeof record === 'object' && record !== null
    return isObject ? (record as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, '')
}
