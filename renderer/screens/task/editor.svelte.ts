import type { TaskDefinition } from '../../../core/contract.ts'
import type { ErrorRecord } from '../../../core/errors.ts'
import type { CheckResult } from '../../../core/job.ts'
import type { TaskVersion } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { CallError } from '../../bridge.ts'
import { Latest } from '../../state/latest.ts'
import { project } from '../../state/project.svelte.ts'
import {
  definitionOf,
  draftOf,
  newGroup,
  newPattern,
  obstacleOf,
  rowsOf,
  tidy,
  type Draft,
  type DraftClass,
  type DraftGroup,
} from './draft.ts'
import { marksOf, type Marks } from './marks.ts'
import { words } from './words.ts'

/** Typing that pauses this long is saved. */
const saveDelayMs = 600

/** What was checked: the answer comes when the sheet may have gone on. */
interface Checked {
  readonly definition: TaskDefinition
  readonly rows: readonly number[]
  readonly groups: readonly number[]
  readonly result: CheckResult
}

/** A class that was taken out, and the row it stood in. */
interface Removed {
  readonly row: DraftClass
  readonly at: number
}

export type SaveState =
  | { readonly kind: 'saved' | 'editing' | 'saving' | 'readOnly' }
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: ErrorRecord }

/**
 * The task under the editor's hands. What can be saved is saved by itself; what cannot stays here, also
 * while another screen is in front, until it can.
 */
class TaskEditor {
  draft = $state<Draft>(draftOf(null))
  /** A class that could not be removed, and why. */
  refusal = $state<ErrorRecord | null>(null)
  savedAt = $state<number | null>(null)
  #path: string | null = null
  #version = 0
  /** What the project holds, to tell whether anything changed. */
  #saved = ''
  /** Classes that were taken out since the last saving began. */
  #removed: Removed[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  /** While a cell is being edited its text is no decision yet. */
  #isHeld = $state(false)
  #isSaving = $state(false)
  #failure = $state<ErrorRecord | null>(null)
  #checked = $state.raw<Checked | null>(null)
  #checkFailure = $state<ErrorRecord | null>(null)

  readonly definition = $derived(definitionOf(this.draft))
  readonly #canonical = $derived(canonical(this.definition))
  readonly obstacle = $derived(obstacleOf(this.draft))
  readonly marks: Marks | null = $derived(
    this.#checked && marksOf(this.#checked.definition, this.#checked.result),
  )

  readonly #check = new Latest<Omit<Checked, 'result'>, CheckResult>(
    ({ definition }) => api.call('task.check', { definition }),
    (asked, result) => {
      this.#checked = { ...asked, result }
      this.#checkFailure = null
    },
    (_, error) => (this.#checkFailure = recordOf(error)),
  )

  get isReadOnly(): boolean {
    return project.info?.isReadOnly ?? true
  }

  get checkFailure(): ErrorRecord | null {
    return this.#checkFailure
  }

  get isDirty(): boolean {
    return this.#canonical !== this.#saved
  }

  get saveState(): SaveState {
    if (this.isReadOnly) return { kind: 'readOnly' }
    if (this.#isSaving) return { kind: 'saving' }
    if (this.#failure && this.isDirty) return { kind: 'failed', error: this.#failure }
    if (this.isDirty && this.obstacle) return { kind: 'blocked', reason: this.obstacle }
    if (this.#isHeld && this.isDirty) return { kind: 'editing' }
    return { kind: this.isDirty ? 'saving' : 'saved' }
  }

  /** Follows the project: another one, or the same with a task that was changed elsewhere. */
  follow(path: string, version: TaskVersion | null): void {
    const isOther = path !== this.#path
    const isNewer = (version?.version ?? 0) > this.#version
    if (!isOther && (!isNewer || this.isDirty || this.#isSaving)) return
    this.#path = path
    this.#load(version)
  }

  /** Asks what the base model makes of the sheet as it is now. */
  check(): void {
    const { definition, draft } = this
    this.#check.put({
      definition,
      rows: rowsOf(draft).map(({ key }) => key),
      groups: draft.groups.map(({ key }) => key),
    })
  }

  /** The mark of a row, as far as it was checked. */
  markOf(row: DraftClass) {
    return this.marks?.rows[this.#checked!.rows.indexOf(row.key)]
  }

  markOfCell(row: DraftClass, group: DraftGroup) {
    return this.markOf(row)?.cells[this.#checked!.groups.indexOf(group.key)]
  }

  masksOf(group: DraftGroup): number {
    return this.marks?.masks[this.#checked!.groups.indexOf(group.key)] ?? 0
  }

  /** Something was typed into a cell; it counts when the cell is left. */
  hold(): void {
    this.#isHeld = true
  }

  /** Something is decided: saves it after a while. */
  changed(): void {
    this.#isHeld = false
    tidy(this.draft)
    this.#schedule()
  }

  /** Saves what can be saved now, when anything has changed. */
  async save(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#isHeld || this.#isSaving || this.isReadOnly || !this.isDirty) return
    if (this.obstacle !== null) return
    const { definition } = this
    const rows = rowsOf(this.draft)
    const removed = this.#removed
    this.#removed = []
    this.#isSaving = true
    try {
      this.#adopt(rows, definition, await api.call('task.set', definition))
    } catch (error) {
      this.#refuse(recordOf(error), removed)
    }
    this.#isSaving = false
    if (this.#failure === null) this.#schedule()
  }

  /** The screen goes away, perhaps from within a cell: what stands there counts. */
  leave(): void {
    this.changed()
    void this.save()
  }

  /** Gives up what could not be saved. */
  discard(): void {
    this.#load(project.info?.task ?? null)
  }

  addGroup(): DraftGroup {
    const names = new Set(this.draft.groups.map(({ name }) => name))
    let n = this.draft.groups.length + 1
    while (names.has(words().group(n))) n++
    const group = newGroup(words().group(n))
    this.draft.groups.push(group)
    this.changed()
    return group
  }

  /** Returns what puts it back. */
  removeGroup(group: DraftGroup): () => void {
    const at = this.draft.groups.findIndex(({ key }) => key === group.key)
    const [removed] = this.draft.groups.splice(at, 1)
    this.changed()
    return () => {
      this.draft.groups.splice(at, 0, removed!)
      this.changed()
    }
  }

  /**
   * Takes a class out; if the project needs it, saving brings it back and `refusal` says why. Gives what
   * puts it back, or null when it is back already.
   */
  async removeClass({ key }: DraftClass): Promise<(() => void) | null> {
    this.refusal = null
    const at = this.draft.classes.findIndex((row) => row.key === key)
    const removed = { row: this.draft.classes.splice(at, 1)[0]!, at }
    this.#removed.push(removed)
    this.changed()
    await this.save()
    if (this.draft.classes.some((row) => row.key === key)) return null
    return () => {
      this.#putBack([removed])
      this.changed()
    }
  }

  /** Moves a class by rows; returns its new place among the classes, or null where it is at the end. */
  moveClass(row: DraftClass, by: number): number | null {
    const { classes } = this.draft
    const at = classes.findIndex(({ key }) => key === row.key)
    const to = at + by
    if (at < 0 || to < 0 || to >= rowsOf(this.draft).length || at >= rowsOf(this.draft).length) {
      return null
    }
    const [moved] = classes.splice(at, 1)
    classes.splice(to, 0, moved!)
    this.changed()
    return to + 1
  }

  addPattern(): number {
    this.draft.patterns.push(newPattern())
    return this.draft.patterns.length - 1
  }

  removePattern(index: number): void {
    this.draft.patterns.splice(index, 1)
    this.changed()
  }

  #load(version: TaskVersion | null): void {
    clearTimeout(this.#timer)
    this.draft = draftOf(version)
    this.#version = version?.version ?? 0
    this.#saved = canonical(definitionOf(this.draft))
    this.#removed = []
    this.#checked = null
    this.#failure = null
    this.refusal = null
    this.savedAt = null
    this.#isHeld = false
  }

  #adopt(rows: readonly DraftClass[], sent: TaskDefinition, version: TaskVersion): void {
    const { classes } = version.task
    rows.forEach((row, i) => (row.id = classes[i]!.id))
    this.#saved = canonical(withIds(sent, classes))
    this.#version = version.version
    this.#failure = null
    this.savedAt = Date.now()
  }

  #refuse(error: ErrorRecord, removed: readonly Removed[]): void {
    if (error.code === 'task.classInUse') {
      this.refusal = error
      this.#putBack(removed)
    } else {
      this.#failure = error
      this.#removed = [...removed, ...this.#removed]
    }
  }

  #putBack(removed: readonly Removed[]): void {
    const { classes } = this.draft
    for (const { row, at } of removed.toReversed()) {
      if (!classes.some(({ key }) => key === row.key)) classes.splice(at, 0, row)
    }
    tidy(this.draft)
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.save(), saveDelayMs)
  }
}

export const editor = new TaskEditor()

/** A definition as it stands once its new classes have their ids. */
function withIds(
  definition: TaskDefinition,
  classes: readonly { readonly id: string; readonly name: string }[],
): TaskDefinition {
  const ids = new Map(definition.classes.map(({ name, id }, i) => [id ?? name, classes[i]!.id]))
  return {
    ...definition,
    classes: classes.map(({ id, name }) => ({ id, name })),
    groups: definition.groups.map(({ name, words: own }) => ({
      name,
      words: Object.fromEntries(Object.entries(own).map(([key, word]) => [ids.get(key)!, word])),
    })),
  }
}

function canonical({ kind, classes, groups, patterns, guideline }: TaskDefinition): string {
  return JSON.stringify([
    kind,
    classes.map(({ id, name }) => [id, name]),
    groups.map(({ name, words: own }) => [name, Object.entries(own).sort()]),
    patterns,
    guideline,
  ])
}

export function recordOf(error: unknown): ErrorRecord {
  return error instanceof CallError
    ? error.record
    : { code: 'bug.unexpected', details: { message: String(error) } }
}
