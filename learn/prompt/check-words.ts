import type { TaskFinding } from '../../core/job.ts'
import type { Task } from '../../core/task.ts'
import { specialTokens } from '../text/special-tokens.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { error, repeated, warning } from './finding.ts'
import { unknownIn } from './spelling.ts'
import { attainable, reaches } from './words.ts'

/** Warn below this attainable maximum: six groups of two characters, or three groups of three. */
const leastAttainable = 0.2

/** A group's word for a class, by their names, and how the model spells it. */
export interface SpelledWord {
  readonly group: string
  readonly class: string
  readonly word: string
  readonly ids: readonly number[]
  readonly tokens: readonly string[]
  /** What the vocabulary lacks. */
  readonly unknown: readonly string[]
}

/** `[G][C]`, undefined where a group has no word for a class. */
export type Words = readonly (readonly (SpelledWord | undefined)[])[]

/** Every word of the task as the model spells it. */
export function spellWords(task: Task, tokenizer: TextTokenizer): Words {
  return task.groups.map((group) =>
    task.classes.map(({ id, name }) => {
      const word = group.words[id]
      return word === undefined ? undefined : spell(tokenizer, group.name, name, word)
    }),
  )
}

/** Everything that is wrong or doubtful about the words, each alone, in its group, in its class. */
export function wordFindings(task: Task, words: Words): TaskFinding[] {
  return [
    ...missingFindings(task, words),
    ...words.flat().flatMap((word) => (word === undefined ? [] : spellingFindings(word))),
    ...collisionFindings(words),
    ...groupFindings(task, words),
    ...task.classes.flatMap((_, c) => reachOf(words, c).flatMap(reachFindings)),
  ]
}

/** `[C]`: the attainable maximum of each class over its word lengths; 0 without a usable word. */
export function attainableOf(task: Task, words: Words): number[] {
  return task.classes.map((_, c) => {
    const reached = reachOf(words, c).map((reach) => reach.attainable)
    return reached.length === 0 ? 0 : Math.min(...reached)
  })
}

/** `[G][C]`: the part of each word in the attainable maximum of its class. */
export function reachesOf(task: Task, words: Words): number[][] {
  const ofWord = new Map(
    task.classes.flatMap((_, c) =>
      reachOf(words, c).flatMap((reach) => {
        const parts = reaches(reach.words.map(({ ids }) => ids))
        return reach.words.map((word, i) => [word, parts[i]!] as const)
      }),
    ),
  )
  return words.map((group) => group.map((word) => (word && ofWord.get(word)) ?? 0))
}

/**
 * `[G][C]`: whether a word can be used, so that the others can be while it is being corrected: it is
 * there and can be read, no other class has it, and it is as long as most words of its group, or of
 * the task where two lengths are as frequent in the group.
 */
export function soundWords(words: Words): boolean[][] {
  const classesOf = Map.groupBy(usable(words), (word) => word.ids.join(' '))
  const isShared = (word: SpelledWord) =>
    new Set(classesOf.get(word.ids.join(' '))!.map((other) => other.class)).size > 1
  return words.map((group) => {
    const length = commonLength(usable([group]), usable(words))
    return group.map(
      (word) =>
        word !== undefined &&
        spellingFindings(word).length === 0 &&
        word.ids.length === length &&
        !isShared(word),
    )
  })
}

/** The length of most words; of lengths as frequent, that of most `others`; else undefined. */
function commonLength(
  words: readonly SpelledWord[],
  others: readonly SpelledWord[],
): number | undefined {
  const countIn = (list: readonly SpelledWord[], length: number) =>
    list.filter(({ ids }) => ids.length === length).length
  const ranked = [...new Set(words.map(({ ids }) => ids.length))]
    .map((length) => ({ length, here: countIn(words, length), all: countIn(others, length) }))
    .sort((x, y) => y.here - x.here || y.all - x.all)
  const [first, second] = ranked
  return first?.here === second?.here && first?.all === second?.all ? undefined : first?.length
}

function missingFindings(task: Task, words: Words): TaskFinding[] {
  return words.flatMap((group, g) =>
    group.flatMap((word, c) => {
      if (word !== undefined) return []
      return [
        error('task.missingWord', { group: task.groups[g]!.name, class: task.classes[c]!.name }),
      ]
    }),
  )
}

function spellingFindings(word: SpelledWord): TaskFinding[] {
  const about = { group: word.group, class: word.class, word: word.word }
  const token = specialTokens.find((special) => word.word.includes(special))
  if (token !== undefined) return [error('word.special', { ...about, token })]
  if (word.ids.length === 0) {
    return [error('word.empty', { group: word.group, class: word.class })]
  }
  if (word.unknown.length > 0) {
    return [error('word.unknown', { ...about, characters: word.unknown })]
  }
  return []
}

/** Words that the model reads alike: an error between classes, a warning within one. */
function collisionFindings(words: Words): TaskFinding[] {
  const uses = Map.groupBy(usable(words), (word) => word.ids.join(' '))
  return [...uses.values()].flatMap((same) => {
    const classes = new Set(same.map((word) => word.class))
    if (classes.size > 1) {
      return [
        error('word.shared', {
          uses: same.map(({ group, class: name, word }) => ({ group, class: name, word })),
        }),
      ]
    }
    const groups = same.map(({ group }) => group)
    if (groups.length === 1) return []
    return [warning('word.repeated', { class: same[0]!.class, word: same[0]!.word, groups })]
  })
}

function groupFindings(task: Task, words: Words): TaskFinding[] {
  const unequal = words.flatMap((group, g) => {
    const spelled = usable([group])
    if (new Set(spelled.map(({ ids }) => ids.length)).size < 2) return []
    const details = spelled.map((word) => ({
      class: word.class,
      word: word.word,
      tokens: word.ids.length,
    }))
    return [error('word.unequal', { group: task.groups[g]!.name, words: details })]
  })
  if (unequal.length > 0) return unequal
  const lengths = words.flatMap((group, g) =>
    usable([group])
      .slice(0, 1)
      .map(({ ids }) => ({ group: task.groups[g]!.name, tokens: ids.length })),
  )
  const several = new Set(lengths.map(({ tokens }) => tokens)).size > 1
  return several ? [warning('word.lengths', { groups: lengths })] : []
}

/** A class's words of one length and the largest sum of their probabilities. */
interface Reach {
  readonly words: readonly SpelledWord[]
  readonly attainable: number
}

function reachOf(words: Words, c: number): Reach[] {
  const ofClass = usable(words.map((group) => [group[c]]))
  return [...Map.groupBy(ofClass, ({ ids }) => ids.length).values()].map((bucket) => ({
    words: bucket,
    attainable: attainable(bucket.map(({ ids }) => ids)),
  }))
}

function reachFindings({ words, attainable }: Reach): TaskFinding[] {
  const about = { class: words[0]!.class, words: words.map(({ word }) => word), attainable }
  const characters = sharedTokens(words)
  const distinct = words.length ** (1 - words[0]!.ids.length)
  return [
    ...(characters.length > 0
      ? [warning('word.sharedCharacter', { ...about, characters, distinct })]
      : []),
    ...(attainable < leastAttainable ? [warning('word.lowAttainable', about)] : []),
  ]
}

/** Tokens that different words of a class have at the same place. */
function sharedTokens(words: readonly SpelledWord[]): string[] {
  const different = [...new Map(words.map((word) => [word.ids.join(' '), word])).values()]
  const places = different[0]!.tokens.keys()
  return [...places].flatMap((j) => repeated(different.map(({ tokens }) => tokens[j]!)))
}

function spell(
  tokenizer: TextTokenizer,
  group: string,
  className: string,
  word: string,
): SpelledWord {
  const { ids, tokens } = tokenizer.encode(word)
  return { group, class: className, word, ids, tokens, unknown: unknownIn(tokenizer, word) }
}

/** Words with nothing wrong in themselves. */
function usable(words: Words): SpelledWord[] {
  return words
    .flat()
    .flatMap((word) => (word !== undefined && spellingFindings(word).length === 0 ? [word] : []))
}
