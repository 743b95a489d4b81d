import { SvelteMap } from 'svelte/reactivity'
import type { Labelled } from '../../../core/contract.ts'
import type { ErrorRecord } from '../../../core/errors.ts'
import { heldOutShownFrom, type Mark, type TextId } from '../../../core/project.ts'
import type { LabelSummary, ModelView, StoredText, TrailEntry } from '../../../core/records.ts'
import { shotsOf } from '../../../core/shots.ts'
import { api } from '../../api.ts'
import { messages, recordOf } from '../../state/messages.svelte.ts'
import { project } from '../../state/project.svelte.ts'
import { Announcer } from './announcer.svelte.ts'
import { countsOf, sumOf } from './counts.ts'
import { readKept, writeKept, type Order, type Scope } from './kept.ts'
import { Outbox, type Decision } from './outbox.svelte.ts'
import { Pace } from './pace.svelte.ts'
import { isAbove, stepsOf, type Skip } from './steps.ts'
import { words } from './words.ts'

/** A text in the queue. */
export interface Item {
  readonly text: StoredText
  /** A text that was skipped before or whose label was taken back. */
  readonly isBack: boolean
}

export type Lack = 'fault' | 'complete' | 'reading' | 'dry' | 'noSample' | 'heldOutDone' | 'allDone'

/** Texts that are there before they are needed. */
const preloaded = 2
const trailLength = 50
const ownCalls: readonly string[] = ['label.set', 'label.undo', 'label.redo', 'label.next']

/**
 * Labelling in one project: the text in front and those behind it, what was decided and what of it is on
 * the disk. A key takes effect before anything is asked or written; what the store says comes after.
 */
export class Labelling {
  readonly path: string
  scope = $state<Scope>('train')
  order = $state<Order>('random')
  /** The text in front and the ones that are preloaded. */
  items = $state.raw<readonly Item[]>([])
  /** No text of the scope is left but those. */
  isDry = $state(false)
  skips = $state.raw<readonly Skip[]>([])
  entries = $state.raw<readonly TrailEntry[]>([])
  /** What the model says of texts that it has scored; shown only when it is asked for. */
  readonly #views = new SvelteMap<TextId, ModelView>()
  summary = $state.raw<LabelSummary | null>(null)
  /** Why no texts could be read. */
  fault = $state.raw<ErrorRecord | null>(null)
  /** Labelling goes on although every class has its sixteen. */
  goesOn = $state(false)
  readonly outbox = new Outbox({
    onDone: (decision, answer) => this.#onDone(decision, answer),
    onChange: () => this.#keep(),
  })
  readonly pace = new Pace()
  readonly announcer = new Announcer(() => this.current?.text)
  #undoable = $state(0)
  #redoable = $state(0)
  #undoneSkips = $state.raw<readonly Skip[]>([])
  /** Undo or redo is under way; what is pressed meanwhile waits its turn. */
  #isTurning = false
  #waiting: (() => void)[] = []
  /** Changes when the queue is begun anew, so that answers to older questions are left out. */
  #generation = 0
  #filling: Promise<void> | null = null
  #isRecalled = false

  readonly counts = $derived(countsOf(this.summary, this.outbox.decisions))
  readonly shots = $derived(shotsOf(project.classes, (id) => this.counts.get(id)?.train ?? 0))
  readonly heldOutLabelled = $derived(sumOf(this.counts, 'heldOut'))
  readonly steps = $derived(stepsOf(this.outbox.decisions, this.skips, this.entries))
  readonly waiting = $derived(this.skips.filter(({ text }) => this.#isInScope(text)))

  constructor(path: string) {
    this.path = path
    const { scope, order } = readKept(path)
    this.scope = scope
    this.order = order
  }

  get current(): Item | null {
    return this.items[0] ?? null
  }

  /** What the model says of the text in front. */
  get view(): ModelView | null {
    return this.current === null ? null : (this.#views.get(this.current.text.id) ?? null)
  }

  /** Every class has its sixteen, and nobody asked to go on. */
  get isComplete(): boolean {
    const { scope, goesOn, summary, shots } = this
    return (
      scope === 'train' && !goesOn && summary !== null && shots.wanted > 0 && shots.missing === 0
    )
  }

  /** Whether accuracy cannot be measured yet, although there is a sample to measure it on. */
  get lacksHeldOut(): boolean {
    const { summary, heldOutLabelled } = this
    return summary !== null && summary.heldOut !== null && heldOutLabelled < heldOutShownFrom
  }

  /** Why no text is in front; null while one is. */
  get lack(): Lack | null {
    if (this.fault !== null) return 'fault'
    if (this.isComplete) return 'complete'
    if (this.current !== null) return null
    if (this.summary === null || !this.isDry) return 'reading'
    if (this.scope === 'train') return 'dry'
    if (this.summary.heldOut === null) return 'noSample'
    return this.shots.missing > 0 ? 'heldOutDone' : 'allDone'
  }

  get canDecide(): boolean {
    const isFree = this.outbox.fault === null && project.info?.isReadOnly === false
    return isFree && this.current !== null && !this.isComplete
  }

  get undoable(): number {
    return this.#undoable + this.outbox.decisions.length + this.skips.length
  }

  get redoable(): number {
    return this.#redoable + this.#undoneSkips.length
  }

  /** Reads what is there and follows what others change, until the returned function is called. */
  start(): () => void {
    const stops = [
      api.listen((incoming) => {
        const isForeign =
          incoming.event === 'job.ended' ||
          (incoming.event === 'project.changed' && !ownCalls.includes(incoming.payload.call))
        if (isForeign) void this.reload()
      }),
      api.onConnection((isThere) => isThere && this.fault !== null && void this.reload()),
    ]
    void this.reload()
    return () => stops.forEach((stop) => stop())
  }

  /** Reads everything again; the text in front stays while it is open. */
  async reload(): Promise<void> {
    await this.#reading(async () => {
      await this.#recall()
      this.#views.clear()
      this.#begin(await this.#stillInFront())
      await this.#fill()
      await this.#refresh()
    })
  }

  choose(choice: { readonly scope?: Scope; readonly order?: Order }): void {
    Object.assign(this, choice)
    this.#keep()
    this.#begin([])
    void this.#reading(() => this.#fill())
  }

  async drawHeldOut(): Promise<void> {
    await this.#reading(async () => {
      await api.call('label.drawHeldOut', {})
      this.#begin([])
      await this.#fill()
      await this.#refresh()
    })
  }

  /** Marks the text in front and moves on. */
  decide(mark: Mark): void {
    this.#press(() => {
      if (!this.canDecide) return
      const { text } = this.current!
      this.pace.note(performance.now())
      this.skips = this.skips.filter((skip) => skip.text.id !== text.id)
      this.#redoable = 0
      this.#add({ text, deed: mark })
      this.announcer.decided(mark, this.counts, this.scope)
    })
  }

  /** Puts the text in front to the end. */
  skip(): void {
    this.#press(() => {
      if (!this.canDecide) return
      this.#add({ text: this.current!.text, deed: { state: 'skipped' } })
      this.announcer.skipped()
    })
  }

  undo(): void {
    this.#turn(() => this.#undo())
  }

  redo(): void {
    this.#turn(() => this.#redo())
  }

  /** Brings the skipped texts back before all others. */
  bringBack(): void {
    this.goesOn = true
    const { waiting, items } = this
    const back = waiting.map(({ text }) => text.id)
    this.#begin([...waiting.map(returned), ...items.filter(({ text }) => !back.includes(text.id))])
    void this.#reading(() => this.#fill())
  }

  #add(decision: Decision): void {
    this.#undoneSkips = []
    this.items = this.items.slice(1)
    this.outbox.add(decision)
    void this.#reading(() => this.#fill())
  }

  #onDone({ text, deed }: Decision, answer: Labelled | null): void {
    if (answer === null) {
      const others = this.skips.filter((skip) => skip.text.id !== text.id)
      this.skips = [...others, { text, after: this.entries[0]?.id ?? 0 }]
      this.#keep()
      void this.#reading(() => this.#fill())
      return
    }
    this.summary = answer.labels
    if (answer.entry === null || deed.state === 'skipped') return
    this.#undoable++
    const entry = { ...answer.entry, text, mark: deed }
    this.entries = [entry, ...this.entries].slice(0, trailLength)
  }

  async #undo(): Promise<void> {
    await this.outbox.settled()
    if (this.outbox.fault !== null) return this.#takeBack()
    const skip = this.skips.at(-1)
    if (isAbove(skip, this.entries[0])) return this.#unskip(skip)
    const [entry] = await api.call('label.undo', {})
    await this.#refresh()
    if (entry !== undefined) this.#showAgain(entry)
  }

  #takeBack(): void {
    const decision = this.outbox.takeBack()
    if (decision === undefined) return
    this.#putFirst(decision.text)
    this.announcer.undone(decision.deed)
  }

  #unskip(skip: Skip): void {
    this.skips = this.skips.filter((other) => other !== skip)
    this.#undoneSkips = [...this.#undoneSkips, skip]
    this.#keep()
    this.#putFirst(skip.text)
    this.announcer.undone({ state: 'skipped' })
  }

  #showAgain({ text, mark, changes }: TrailEntry): void {
    if (mark === null || changes > 1) {
      messages.tell(words().tookBack(changes))
      this.#begin([])
      void this.#reading(() => this.#fill())
      return
    }
    this.#putFirst(text)
    this.announcer.undone(mark)
  }

  async #redo(): Promise<void> {
    await this.outbox.settled()
    if (this.outbox.fault !== null) return
    const skip = this.#undoneSkips.at(-1)
    if (isAbove(skip, this.entries[0])) return this.#skipAgain(skip)
    const [entry] = await api.call('label.redo', {})
    await this.#refresh()
    if (entry === undefined) return
    const { text, mark, changes } = entry
    this.#begin(changes > 1 ? [] : this.items.filter((item) => item.text.id !== text.id))
    await this.#fill()
    if (mark === null || changes > 1) messages.tell(words().didAgain(changes))
    else this.announcer.redone(mark)
  }

  #skipAgain(skip: Skip): void {
    this.#undoneSkips = this.#undoneSkips.slice(0, -1)
    this.skips = [...this.skips, skip]
    this.#keep()
    this.items = this.items.filter(({ text }) => text.id !== skip.text.id)
    this.announcer.skipped()
    void this.#reading(() => this.#fill())
  }

  /** Shows a text before all others, in its own scope. */
  #putFirst(text: StoredText): void {
    const others = this.#isInScope(text) ? this.items : []
    this.scope = text.heldOut ? 'heldout' : 'train'
    this.#keep()
    this.#begin([{ text, isBack: true }, ...others.filter((item) => item.text.id !== text.id)])
    void this.#reading(() => this.#fill())
  }

  #begin(items: readonly Item[]): void {
    this.#generation++
    this.isDry = false
    this.items = items
    // Without an answer there is no view to show; labelling needs none.
    for (const { text } of items) void this.#look(text).catch(() => undefined)
  }

  /** Undo and redo are the store's: keys that are pressed meanwhile mean the text that comes then. */
  #turn(work: () => Promise<void>): void {
    this.#press(() => {
      this.#isTurning = true
      void work()
        .catch((error: unknown) => {
          this.#waiting = []
          messages.fail(error)
        })
        .finally(() => {
          this.#isTurning = false
          while (!this.#isTurning && this.#waiting.length > 0) this.#waiting.shift()!()
        })
    })
  }

  #press(work: () => void): void {
    if (this.#isTurning) this.#waiting.push(work)
    else work()
  }

  async #reading(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.fault = null
    } catch (error) {
      this.fault = recordOf(error)
    }
  }

  /** Asks for texts until enough are there, one question at a time. */
  async #fill(): Promise<void> {
    while (this.#filling !== null) await this.#filling
    if (this.isDry && this.items.length > 0) return
    this.#filling = this.#ask().finally(() => (this.#filling = null))
    await this.#filling
  }

  async #ask(): Promise<void> {
    while (!this.isDry && this.items.length <= preloaded) {
      const generation = this.#generation
      const wanted = 1 + preloaded - this.items.length
      const texts = await this.#next(wanted)
      await Promise.all(texts.map((text) => this.#look(text)))
      if (generation !== this.#generation) continue
      const taken = this.#taken()
      const fresh = texts.filter(({ id }) => !taken.includes(id))
      this.items = [...this.items, ...fresh.map((text) => ({ text, isBack: false }))]
      this.isDry = texts.length < wanted
    }
    if (this.isDry && this.items.length === 0) this.items = this.waiting.map(returned)
  }

  async #next(limit: number): Promise<readonly StoredText[]> {
    const { scope, order } = this
    const skip = this.#taken()
    const texts = await api.call('label.next', { scope, order, limit, skip })
    if (order === 'random' || texts.length === limit) return texts
    const more = await api.call('label.next', {
      scope,
      limit: limit - texts.length,
      skip: [...skip, ...texts.map(({ id }) => id)],
    })
    return [...texts, ...more]
  }

  /** Asks what the model says of a text, where there is a model to ask. */
  async #look({ id, heldOut }: StoredText): Promise<void> {
    const hasRound = (project.info?.roundInUse ?? null) !== null
    if (!hasRound || heldOut || this.#views.has(id)) return
    const view = await api.call('label.modelView', { text: id })
    if (view !== null) this.#views.set(id, view)
  }

  /** Texts that are not to come again: in front, on their way, or skipped. */
  #taken(): TextId[] {
    return [...this.items, ...this.outbox.decisions, ...this.skips].map(({ text }) => text.id)
  }

  /** What can be undone and how many labels there are, as of one moment without decisions. */
  async #refresh(): Promise<void> {
    for (;;) {
      await this.outbox.settled()
      const { added } = this.outbox
      const [trail, summary] = await Promise.all([
        api.call('label.trail', { limit: trailLength }),
        api.call('label.summary', {}),
      ])
      if (added !== this.outbox.added) continue
      this.entries = trail.entries
      this.#undoable = trail.undoable
      this.#redoable = trail.redoable
      this.summary = summary
      return
    }
  }

  /** The text in front, as it is now, unless it was labelled elsewhere meanwhile. */
  async #stillInFront(): Promise<readonly Item[]> {
    const { current } = this
    if (current === null) return []
    const text = await readText(current.text.id)
    if (this.current !== current) return this.items.slice(0, 1)
    const isOpen = text !== null && (text.label === null || current.isBack)
    return isOpen ? [{ ...current, text }] : []
  }

  /** Takes over what an earlier page kept: skipped texts, and decisions that are not on the disk. */
  async #recall(): Promise<void> {
    if (this.#isRecalled) return
    const { skips, unsaved } = readKept(this.path)
    const skipped = await Promise.all(skips.map(({ text }) => readText(text)))
    const decided = await Promise.all(unsaved.map(({ text }) => readText(text)))
    this.#isRecalled = true
    this.skips = skips.flatMap(({ after }, i) => {
      const text = skipped[i]!
      return text?.label === null ? [{ text, after }] : []
    })
    const lost = unsaved.flatMap(({ mark }, i) => {
      const text = decided[i]!
      return text === null || isSame(text.label, mark) ? [] : [{ text, deed: mark }]
    })
    if (lost.length > 0) {
      this.outbox.restore(lost, { code: 'label.leftOver', details: { count: lost.length } })
    }
  }

  #keep(): void {
    if (!this.#isRecalled) return
    writeKept(this.path, {
      scope: this.scope,
      order: this.order,
      skips: this.skips.map(({ text, after }) => ({ text: text.id, after })),
      unsaved: this.outbox.unsaved.map(({ text, deed }) => ({ text: text.id, mark: deed })),
    })
  }

  #isInScope(text: StoredText): boolean {
    return text.heldOut === (this.scope === 'heldout')
  }
}

function returned({ text }: Skip): Item {
  return { text, isBack: true }
}

/** Null when the project has no such text. */
async function readText(id: TextId): Promise<StoredText | null> {
  try {
    return (await api.call('data.text', { id })).text
  } catch (error) {
    if (recordOf(error).code === 'text.unknown') return null
    throw error
  }
}

function isSame(label: Mark | null, mark: Mark): boolean {
  const classOf = (m: Mark | null) => (m?.state === 'class' ? m.class : m?.state)
  return classOf(label) === classOf(mark)
}

let latest: Labelling | null = null

/** The labelling of the open project, the same one whenever its screen is shown. */
export function labellingOf(path: string): Labelling {
  if (latest?.path !== path) {
    // What follows from its state lives as long as the page, not as the screen that asks first.
    $effect.root(() => void (latest = new Labelling(path)))
  }
  return latest!
}
