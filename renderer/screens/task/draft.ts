import type { TaskDefinition } from '../../../core/contract.ts'
import type { TaskVersion } from '../../../core/records.ts'
import type { Task } from '../../../core/task.ts'
import { words } from './words.ts'

/** A row of the sheet. A row without name and words is there to be typed into, and no class yet. */
export interface DraftClass {
  readonly key: number
  /** As the project knows it; null until it is saved. */
  id: string | null
  name: string
  /** By the keys of the groups. */
  words: Record<number, string>
}

export interface DraftGroup {
  readonly key: number
  name: string
}

export interface DraftPattern {
  readonly key: number
  text: string
}

/** The task as it stands on the screen, right or wrong. */
export interface Draft {
  kind: Task['kind']
  classes: DraftClass[]
  groups: DraftGroup[]
  patterns: DraftPattern[]
  guideline: string
}

/** So many rows are there from the start. */
const leastRows = 3

let lastKey = 0

export function newClass(): DraftClass {
  return { key: ++lastKey, id: null, name: '', words: {} }
}

export function newGroup(name: string): DraftGroup {
  return { key: ++lastKey, name }
}

export function newPattern(text = ''): DraftPattern {
  return { key: ++lastKey, text }
}

export function draftOf(version: TaskVersion | null): Draft {
  const { kind, classes, groups, patterns } = version?.task ?? {
    kind: 'single',
    classes: [],
    groups: [],
    patterns: [],
  }
  const columns = groups.map(({ name }) => newGroup(name))
  const draft: Draft = {
    kind,
    classes: classes.map(({ id, name }) => ({
      ...newClass(),
      id,
      name,
      words: Object.fromEntries(columns.map(({ key }, g) => [key, groups[g]!.words[id] ?? ''])),
    })),
    groups: columns.length > 0 ? columns : [newGroup(words().group(1))],
    patterns: patterns.length > 0 ? patterns.map((text) => newPattern(text)) : [newPattern()],
    guideline: version?.guideline ?? '',
  }
  tidy(draft)
  return draft
}

/** Keeps an empty row at the end, so that there is always one to type into. */
export function tidy(draft: Draft): void {
  const last = draft.classes.at(-1)
  if (draft.classes.length < leastRows || !last || !isBlank(last)) {
    draft.classes.push(newClass())
    tidy(draft)
  }
}

export function isBlank(row: DraftClass): boolean {
  return row.name.trim() === '' && Object.values(row.words).every((word) => word.trim() === '')
}

/** The rows that are classes, or are becoming one. */
export function rowsOf({ classes }: Draft): DraftClass[] {
  return classes.filter((row) => !isBlank(row))
}

export function patternsOf({ patterns }: Draft): DraftPattern[] {
  return patterns.filter(({ text }) => text.trim() !== '')
}

/** Why a draft cannot be saved yet; null when it can. */
export function obstacleOf(draft: Draft): string | null {
  const { obstacles } = words()
  const rows = rowsOf(draft)
  const names = rows.map(({ name }) => name.trim())
  const groups = draft.groups.map(({ name }) => name.trim())
  if (rows.length === 0) return obstacles.noClass
  const nameless = rows.find(({ name }) => name.trim() === '')
  if (nameless) return obstacles.nameless(draft.classes.indexOf(nameless) + 1)
  const namelessGroup = groups.indexOf('')
  if (namelessGroup >= 0) return obstacles.namelessGroup(namelessGroup + 1)
  const twice = firstRepeated(names)
  if (twice !== undefined) return obstacles.sameClass(twice)
  const twiceGroup = firstRepeated(groups)
  return twiceGroup === undefined ? null : obstacles.sameGroup(twiceGroup)
}

/**
 * The draft as a task that can always be asked about: rows and groups that have no name of their own
 * get one. Positions are those of `rowsOf`, `groups` and `patternsOf`.
 */
export function definitionOf(draft: Draft): TaskDefinition {
  const rows = rowsOf(draft)
  const names = distinct(rows.map(({ name }, i) => name.trim() || words().row(i + 1)))
  const groups = distinct(draft.groups.map(({ name }, g) => name.trim() || words().group(g + 1)))
  return {
    kind: draft.kind,
    classes: rows.map(({ id }, i) => (id === null ? { name: names[i]! } : { name: names[i]!, id })),
    patterns: patternsOf(draft).map(({ text }) => text),
    groups: draft.groups.map(({ key }, g) => ({
      name: groups[g]!,
      words: Object.fromEntries(
        rows.flatMap((row, i) => {
          const word = (row.words[key] ?? '').trim()
          return word === '' ? [] : [[row.id ?? names[i]!, word]]
        }),
      ),
    })),
    guideline: draft.guideline,
  }
}

function firstRepeated(names: readonly string[]): string | undefined {
  return names.find((name, i) => names.indexOf(name) !== i)
}

function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let free = name
    for (let n = 2; taken.has(free); n++) free = `${name} (${n})`
    taken.add(free)
    return free
  })
}
