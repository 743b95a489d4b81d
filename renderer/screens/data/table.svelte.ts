import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import { rowsAtOnce } from '../../../core/contract.ts'
import type { Mark, TextId } from '../../../core/project.ts'
import type { StoredText } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { attempt } from '../../state/messages.svelte.ts'
import { project } from '../../state/project.svelte.ts'

/** What the table is narrowed to. Null does not narrow. */
export interface TableFilter {
  readonly query: string
  readonly label: 'any' | 'none' | 'unlabelled' | null
  readonly class: string | null
  readonly scope: 'heldout' | 'pool' | null
}

const everything: TableFilter = { query: '', label: null, class: null, scope: null }
/** Rows that are read ahead on both sides of what is seen. */
const ahead = 60
/** Rows that are kept; beyond them only those in sight stay. */
const mostKept = 4000
/** The most rows that are labelled in one go. */
const mostSelected = 10_000
const typingMs = 120

/** The texts of the project as one long table: which there are, by id, and those in sight. */
class TextTable {
  filter = $state.raw<TableFilter>(everything)
  ids = $state.raw<readonly TextId[]>([])
  /** How long the last search took; null before the first. */
  milliseconds = $state<number | null>(null)
  cursor = $state(0)
  /** Whether the texts or what was imported is shown. */
  view = $state<'table' | 'imports'>('table')
  /** Whether the side pane shows the text under the cursor. */
  isOpen = $state(false)
  readonly selected = new SvelteSet<TextId>()
  readonly rows = new SvelteMap<TextId, StoredText>()
  readonly isNarrowed = $derived(Object.values(this.filter).some((value) => value))
  readonly current = $derived<TextId | undefined>(this.ids[this.cursor])
  #path: string | null = null
  #sight = { first: 0, last: 0 }
  #isFinding = false
  #isStale = false
  #isLoading = false
  #anchor: number | null = null
  #typing: ReturnType<typeof setTimeout> | undefined

  /** Keeps the table as the project is, until the returned function is called. */
  follow(): () => void {
    return api.listen(({ event, payload }) => {
      if (event === 'job.ended' && payload.job.kind === 'import') void this.find()
      if (event === 'project.changed') void this.#readAgain()
    })
  }

  /** Shows a project's texts, with the filter that was last used in it. */
  show(path: string): void {
    if (this.#path !== path) {
      this.#path = path
      this.filter = stored(path)
      this.ids = []
      this.milliseconds = null
      this.cursor = 0
      this.isOpen = false
      this.rows.clear()
      this.selected.clear()
    }
    void this.find()
  }

  narrow(change: Partial<TableFilter>): void {
    this.filter = { ...this.filter, ...change }
    // Nothing that is out of sight may be labelled with the rest.
    this.selected.clear()
    localStorage.setItem(filterKey, JSON.stringify({ path: this.#path, filter: this.filter }))
    clearTimeout(this.#typing)
    if (change.query === undefined) void this.find()
    else this.#typing = setTimeout(() => void this.find(), typingMs)
  }

  /** Finds texts in a project, in the table and without other conditions. */
  search(path: string, query: string): void {
    this.show(path)
    this.view = 'table'
    this.narrow({ ...everything, query })
  }

  widen(): void {
    this.narrow({ ...everything })
  }

  /** Asks for the ids again; while an answer is under way, once more after it. */
  async find(): Promise<void> {
    this.#isStale = true
    if (this.#isFinding) return
    this.#isFinding = true
    while (this.#isStale) {
      this.#isStale = false
      const path = this.#path
      const found = await attempt(() => api.call('data.find', inputOf(this.filter)))
      if (found && path === this.#path) this.#take(found.ids, found.milliseconds)
    }
    this.#isFinding = false
  }

  /** Reads the rows that have come into sight. */
  async see(first: number, last: number): Promise<void> {
    this.#sight = { first, last }
    if (this.#isLoading) return
    this.#isLoading = true
    for (let missing = this.#missing(); missing.length > 0; missing = this.#missing()) {
      if (!(await this.#read(missing))) break
    }
    this.#isLoading = false
  }

  /** Moves the cursor; extending, everything between here and where that began is selected. */
  moveTo(row: number, extends_ = false): void {
    const to = Math.max(0, Math.min(this.ids.length - 1, row))
    if (extends_) this.#extend(to)
    else this.#anchor = null
    this.cursor = to
  }

  toggle(row: number): void {
    const id = this.ids[row]
    if (id === undefined) return
    if (!this.selected.delete(id)) this.selected.add(id)
  }

  /** What an action on the table means: the selected texts, else the one under the cursor. */
  get chosen(): readonly TextId[] {
    if (this.selected.size > 0) return [...this.selected]
    return this.current === undefined ? [] : [this.current]
  }

  /** Labels the chosen texts. Gives how many; undefined when it failed. */
  async label(mark: Mark): Promise<number | undefined> {
    const texts = this.chosen
    const edits = texts.map((text) => ({ text, mark }))
    const done = await attempt(() => api.call('label.set', { edits }))
    if (!done) return undefined
    for (const id of texts) {
      const row = this.rows.get(id)
      if (row) this.rows.set(id, { ...row, ...labelled(mark) })
    }
    return texts.length
  }

  #take(ids: readonly TextId[], milliseconds: number): void {
    const current = this.current
    this.ids = ids
    this.milliseconds = milliseconds
    this.#anchor = null
    const known = current === undefined ? -1 : ids.indexOf(current)
    this.cursor = Math.max(0, known)
    if (ids.length === 0) this.isOpen = false
    void this.see(this.#sight.first, this.#sight.last)
  }

  get #near(): readonly TextId[] {
    const { first, last } = this.#sight
    return this.ids.slice(Math.max(0, first - ahead), last + ahead)
  }

  #missing(): TextId[] {
    return this.#near.filter((id) => !this.rows.has(id)).slice(0, rowsAtOnce)
  }

  /** Forgets all rows but some. */
  #keep(ids: readonly TextId[]): void {
    const kept = new Set(ids)
    for (const id of [...this.rows.keys()]) if (!kept.has(id)) this.rows.delete(id)
  }

  async #read(ids: readonly TextId[]): Promise<boolean> {
    const path = this.#path
    const rows = await attempt(() => api.call('data.rows', { ids: [...ids] }))
    if (!rows || path !== this.#path) return false
    if (this.rows.size > mostKept) this.#keep(this.#near)
    for (const row of rows) this.rows.set(row.id, row)
    return true
  }

  /** What is in sight stays until its new state is there; the rest is read when it is seen again. */
  async #readAgain(): Promise<void> {
    const { first, last } = this.#sight
    const inSight = this.ids.slice(first, last + 1).slice(0, rowsAtOnce)
    this.#keep(inSight)
    if (inSight.length > 0) await this.#read(inSight)
  }

  #extend(to: number): void {
    this.#anchor ??= this.cursor
    const from = Math.min(this.#anchor, to)
    const ids = this.ids.slice(from, Math.max(this.#anchor, to) + 1).slice(0, mostSelected)
    this.selected.clear()
    for (const id of ids) this.selected.add(id)
  }
}

export const table = new TextTable()

const filterKey = 'shiliu.data.filter'

function stored(path: string): TableFilter {
  const kept = JSON.parse(localStorage.getItem(filterKey) ?? '{}') as {
    path?: string
    filter?: TableFilter
  }
  if (kept.path !== path || !kept.filter) return everything
  const isThere = project.classes.some(({ id }) => id === kept.filter?.class)
  return { ...everything, ...kept.filter, class: isThere ? kept.filter.class : null }
}

function inputOf({ query, label, class: classId, scope }: TableFilter) {
  return {
    ...(query.trim() === '' ? {} : { query }),
    ...(label === null ? {} : { label }),
    ...(classId === null ? {} : { class: classId }),
    ...(scope === null ? {} : { scope }),
  }
}

function labelled(mark: Mark): Pick<StoredText, 'label' | 'origin'> {
  return mark.state === 'cleared'
    ? { label: null, origin: null }
    : { label: mark, origin: 'human' as const }
}
