import type { ErrorCode, ErrorDetails, ErrorRecord } from '../../../core/errors.ts'
import type { CheckResult, TaskFinding } from '../../../core/job.ts'
import type { TaskDefinition } from '../../../core/contract.ts'
import { words } from './words.ts'

/** What is said of a place: in short, and in full as the catalogue has it. */
export interface Note {
  readonly severity: TaskFinding['severity']
  readonly text: string
  readonly error: ErrorRecord
}

export interface CellMark {
  readonly tokens: readonly string[]
  readonly notes: readonly Note[]
}

export interface RowMark {
  /** `[G]` */
  readonly cells: readonly CellMark[]
  /** About the class as a whole. */
  readonly notes: readonly Note[]
  readonly missing: number
  /** Null while its words are wrong or missing. */
  readonly attainable: number | null
}

/** What a check found, by the places of the sheet. */
export interface Marks {
  /** `[C]` */
  readonly rows: readonly RowMark[]
  /** `[G]` tokens a word; 0 without words. */
  readonly masks: readonly number[]
  /** By the texts of the patterns. */
  readonly patterns: ReadonlyMap<string, readonly Note[]>
  /** Words and patterns that are wrong. */
  readonly wrong: number
}

type Place = { readonly group: string; readonly class: string }

/** Sorts the findings of a check by where they belong; names are those of the definition checked. */
export function marksOf(definition: TaskDefinition, check: CheckResult): Marks {
  const groups = definition.groups.map(({ name }) => name)
  const classes = definition.classes.map(({ name }) => name)
  const cells = groups.map(() => classes.map((): Note[] => []))
  const rows = classes.map((): Note[] => [])
  const patterns = new Map<string, Note[]>()
  const toCell = ({ group, class: name }: Place, note: Note) =>
    cells[groups.indexOf(group)]?.[classes.indexOf(name)]?.push(note)
  for (const finding of check.findings) {
    for (const { place, note } of cellNotes(finding, groups, check)) toCell(place, note)
    const about = rowNote(finding)
    if (about) rows[classes.indexOf(about.class)]?.push(about.note)
    const pattern = patternOf(finding)
    if (pattern !== undefined) {
      patterns.set(pattern, [...(patterns.get(pattern) ?? []), fullNote(finding)])
    }
  }
  const isWrong = (notes: readonly Note[]) => notes.some(({ severity }) => severity === 'error')
  const wrongCells = cells.flat().filter(isWrong).length
  const wrongPatterns = [...patterns.values()].filter(isWrong).length
  return {
    rows: classes.map((_, c) => {
      const own = groups.map((_, g) => ({ tokens: check.words[g]![c]!, notes: cells[g]![c]! }))
      const missing = own.filter(({ tokens, notes }) => tokens.length + notes.length === 0).length
      const isClean = missing === 0 && groups.every((_, g) => check.sound[g]![c])
      return {
        cells: own,
        notes: rows[c]!,
        missing,
        attainable: isClean && groups.length > 0 ? check.attainable[c]! : null,
      }
    }),
    masks: check.masks,
    patterns,
    wrong: wrongCells + wrongPatterns,
  }
}

/** The details of an error, where it is of this code. */
function detailsOf<C extends ErrorCode>(error: ErrorRecord, code: C): ErrorDetails<C> | null {
  return error.code === code ? (error.details as ErrorDetails<C>) : null
}

function cellNotes(
  { severity, error }: TaskFinding,
  groups: readonly string[],
  check: CheckResult,
): { place: Place; note: Note }[] {
  const { notes } = words()
  const at = (place: Place, text: string) => ({ place, note: { severity, text, error } })
  const unknown = detailsOf(error, 'word.unknown')
  if (unknown) return [at(unknown, notes.unknown(unknown.characters.join(notes.list)))]
  const special = detailsOf(error, 'word.special')
  if (special) return [at(special, notes.special(special.token))]
  const empty = detailsOf(error, 'word.empty')
  if (empty) return [at(empty, notes.empty)]
  const shared = detailsOf(error, 'word.shared')
  if (shared) {
    return shared.uses.map((use) => {
      const others = new Set(shared.uses.map((other) => other.class))
      others.delete(use.class)
      return at(use, notes.shared([...others].map(notes.quoted).join(notes.list)))
    })
  }
  const repeated = detailsOf(error, 'word.repeated')
  if (repeated) {
    return repeated.groups.map((group) => {
      const others = repeated.groups.filter((other) => other !== group)
      return at({ group, class: repeated.class }, notes.repeated(others.join(notes.list)))
    })
  }
  const unequal = detailsOf(error, 'word.unequal')
  if (!unequal) return []
  const wanted = soundLength(check, groups.indexOf(unequal.group))
  const lengths = [...new Set(unequal.words.map(({ tokens }) => tokens))].sort((x, y) => x - y)
  const text = (tokens: number) =>
    wanted === undefined ? notes.unequal(lengths.join(notes.list)) : notes.length(tokens, wanted)
  return unequal.words
    .filter(({ tokens }) => tokens !== wanted)
    .map(({ class: name, tokens }) => at({ group: unequal.group, class: name }, text(tokens)))
}

/** The length of the words of a group that can be used. */
function soundLength({ sound, words: tokens }: CheckResult, group: number): number | undefined {
  return tokens[group]?.find((_, c) => sound[group]![c])?.length
}

function rowNote({ severity, error }: TaskFinding): { class: string; note: Note } | null {
  const { notes } = words()
  const shared = detailsOf(error, 'word.sharedCharacter')
  if (shared) {
    const text = notes.sharedCharacter(shared.characters.join(notes.list))
    return { class: shared.class, note: { severity, text, error } }
  }
  const low = detailsOf(error, 'word.lowAttainable')
  return low && { class: low.class, note: { severity, text: notes.lowAttainable, error } }
}

function patternOf({ error }: TaskFinding): string | undefined {
  return error.code.startsWith('pattern.')
    ? (error.details as { pattern: string }).pattern
    : undefined
}

/** Patterns are spoken of in the catalogue's own sentences: there is room for them. */
function fullNote({ severity, error }: TaskFinding): Note {
  return { severity, text: '', error }
}
