import type { Accepted } from '../../../core/contract.ts'
import type { Answer, AuditId, ProposalFilter, TextId } from '../../../core/project.ts'
import type { Audit, AuditItem } from '../../../core/records.ts'
import { api } from '../../api.ts'
import type { InOrder } from '../../state/in-order.ts'
import { messages } from '../../state/messages.svelte.ts'
import type { SampleSize } from './audit-settings.svelte.ts'
import { isSame } from './filter.ts'

/** A text of the sample whose proposal was wrong, with what it was said to be. */
export interface WrongItem extends AuditItem {
  readonly label: Answer | null
}

/** The audits of the run under review, and the one of the filter in front. */
export class Audits {
  all = $state.raw<readonly Audit[]>([])
  /** The sample of the current audit, in the order in which it was drawn. */
  items = $state.raw<readonly AuditItem[]>([])
  /** Proposals of the audited set that still wait for a decision. */
  left = $state(0)
  wrong = $state.raw<readonly WrongItem[]>([])
  /** Whether its texts are being answered, with every proposal hidden. */
  isAnswering = $state(false)
  #filter = $state.raw<ProposalFilter>({})
  #putOff = $state.raw<readonly TextId[]>([])
  /** The latest audit of the filter in front. */
  readonly current = $derived(this.all.findLast(({ filter }) => isSame(filter, this.#filter)))
  /** An audit of another filter that is not finished: there is one at a time. */
  readonly other = $derived(
    this.all.find(({ state, id }) => state === 'open' && id !== this.current?.id),
  )
  /** The audit that waits for answers, of this filter or another. */
  readonly open = $derived(this.all.find(({ state }) => state === 'open'))
  readonly #unanswered = $derived(this.items.filter(({ answer }) => answer === null))
  /** The text to answer next. */
  readonly question = $derived(
    this.#unanswered.find(({ text }) => !this.#putOff.includes(text)) ?? this.#unanswered[0],
  )
  readonly #writes: InOrder

  constructor(writes: InOrder) {
    this.#writes = writes
  }

  async load(filter: ProposalFilter): Promise<void> {
    this.#filter = filter
    const all = await this.#writes.run(() => api.call('audit.list', {}))
    const current = all.findLast((audit) => isSame(audit.filter, filter))
    const items = current ? await api.call('audit.items', { audit: current.id }) : []
    const left = current ? await api.call('audit.left', { audit: current.id }) : 0
    if (this.#filter !== filter) return
    this.all = all
    this.items = items
    this.left = left
    if (current?.state !== 'open') this.isAnswering = false
    await this.#explainWrong()
  }

  /** Counts again what a decided audit leaves, after all that was given to be written before. */
  async countLeft(): Promise<void> {
    const { current } = this
    if (!current || current.state === 'open') return
    this.left = await this.#writes.run(() => api.call('audit.left', { audit: current.id }))
  }

  /** Draws a sample of exactly what the filter in front leaves. */
  async draw(threshold: number, size: SampleSize): Promise<void> {
    const filter = this.#filter
    await this.#writes.run(() => api.call('audit.create', { filter, threshold, size }))
    this.#putOff = []
    await this.load(filter)
  }

  /** Answers the text in front. True when it was the last one. */
  answer(answer: Answer): boolean {
    const { question, current } = this
    if (!question || !current) return false
    const isRight = answer.state === 'class' && answer.class === question.class
    this.#note(question.text, isRight ? 'right' : 'wrong')
    const isLast = this.#unanswered.length === 0
    void this.#writes.run(async () => {
      const answers = [{ text: question.text, answer }]
      try {
        const audit = await api.call('audit.answer', { audit: current.id, answers })
        // Decided, it is shown with what it leaves, by load.
        if (audit.state === 'open') this.#replace(audit)
      } catch (error) {
        this.#note(question.text, null)
        messages.fail(error)
      }
    })
    return isLast
  }

  putOff(): void {
    const { question } = this
    if (!question) return
    this.#putOff = [...this.#putOff.filter((text) => text !== question.text), question.text]
    const isEveryOne = this.#unanswered.every(({ text }) => this.#putOff.includes(text))
    if (isEveryOne) this.#putOff = []
  }

  /** Leaves off answering; what was wrong may be seen now. */
  async pause(): Promise<void> {
    this.isAnswering = false
    await this.#writes.run(() => this.#explainWrong())
  }

  async abandon(): Promise<void> {
    const { current } = this
    if (current) await this.#writes.run(() => api.call('audit.abandon', { audit: current.id }))
    await this.load(this.#filter)
  }

  accept(audit: AuditId): Promise<Accepted> {
    return this.#writes.run(() => api.call('audit.accept', { audit }))
  }

  /** The latest ones first; they are shown once nobody is answering blind. */
  async #explainWrong(): Promise<void> {
    const wrong = this.items.filter(({ answer }) => answer === 'wrong').toReversed()
    const texts = await api.call('data.rows', { ids: wrong.map(({ text }) => text) })
    this.wrong = wrong.map((item, i) => ({ ...item, label: texts[i]!.label }))
  }

  #note(text: TextId, answer: AuditItem['answer']): void {
    this.items = this.items.map((item) => (item.text === text ? { ...item, answer } : item))
  }

  #replace(audit: Audit): void {
    this.all = this.all.map((other) => (other.id === audit.id ? audit : other))
  }
}
