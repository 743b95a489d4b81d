import type { Verdict } from '../../../core/contract.ts'
import type { Answer, ProposalFilter } from '../../../core/project.ts'
import type { JournalEntry, Proposal } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { InOrder } from '../../state/in-order.ts'
import { attempt, messages } from '../../state/messages.svelte.ts'
import { proposals } from '../../state/proposals.svelte.ts'
import { settings } from '../../state/settings.svelte.ts'
import { count } from '../../words/formats.ts'
import { answerName } from './classes.ts'
import { recall, remember } from './filter.ts'
import { AuditSettings } from './audit-settings.svelte.ts'
import { Audits } from './audits.svelte.ts'
import { Pace } from './pace.svelte.ts'
import { Queue } from './queue.svelte.ts'
import { Reaches } from './reaches.svelte.ts'
import { words } from './words.ts'

/** Everything that is done on the screen, one write after the other. */
export class Desk {
  readonly #project: string
  readonly #writes = new InOrder()
  /** The toast that offers to undo a bulk approval: only while nothing else has been done. */
  #offer = 0
  /** The screen was left: what is still under way ends, and nothing new begins here. */
  #isLeft = false
  readonly queue = new Queue(this.#writes)
  readonly audits = new Audits(this.#writes)
  readonly pace = new Pace()
  readonly settings = new AuditSettings()
  readonly reaches = new Reaches()
  /** What has just happened, for screen readers. */
  said = $state('')
  /** Whether a new sample may be drawn: none was, or all that the last one stood for is decided. */
  readonly canDraw = $derived.by(() => {
    const { current, other, left } = this.audits
    if (other) return false
    return !current || (current.state !== 'open' && left === 0 && this.queue.matching > 0)
  })
  readonly canAccept = $derived(this.audits.current?.state === 'passed' && this.audits.left > 0)
  /** How many would be left to approve in bulk: those of an audit's sample are labelled by it. */
  readonly spare = $derived.by(() => {
    const { current, left } = this.audits
    const { matching } = this.queue
    if (!current || this.canDraw) return matching - this.settings.plan(matching).n
    return current.state === 'open' ? matching - (current.n - current.answered) : left
  })
  /** Whether an audit can be begun or gone on with. */
  readonly canBegin = $derived(
    this.canDraw
      ? this.settings.canStart(this.queue.matching)
      : this.audits.current?.state === 'open',
  )
  /** A stricter filter to audit after a failure. */
  readonly narrower = $derived(narrowed(this.queue.filter))

  constructor(project: string) {
    this.#project = project
    this.queue.filter = recall(project)
  }

  /** Loads, and again whenever something else than this screen has changed the proposals. */
  start(): () => void {
    void this.load()
    void this.reaches.load()
    const stopListening = api.listen(({ event, payload }) => {
      const isScored = event === 'job.ended' && payload.job.kind === 'propose'
      const isForeign = event === 'project.changed' && !own.has(payload.call)
      if (isScored || isForeign) void this.load()
      if (isForeign) void this.reaches.load()
    })
    return () => {
      this.#isLeft = true
      stopListening()
      messages.dismiss(this.#offer)
    }
  }

  async load(): Promise<void> {
    await attempt(() => Promise.all([this.queue.load(), this.audits.load(this.queue.filter)]))
  }

  async choose(filter: ProposalFilter): Promise<void> {
    remember(this.#project, filter)
    await attempt(() => Promise.all([this.queue.choose(filter), this.audits.load(filter)]))
  }

  decide(verdict: Verdict): void {
    const proposal = this.queue.decide(verdict)
    if (!proposal) return
    messages.dismiss(this.#offer)
    if (verdict.kind === 'approve') this.pace.approve(proposal)
    this.#tell(verdictName(verdict, proposal), this.queue.current?.a)
    void attempt(() => this.audits.countLeft())
  }

  putOff(): void {
    this.queue.putOff()
    this.#tell(words().later, this.queue.current?.a)
  }

  answer(answer: Answer): void {
    const isLast = this.audits.answer(answer)
    messages.dismiss(this.#offer)
    this.queue.matching--
    this.#tell(answerName(answer), this.audits.question?.a)
    if (isLast) void this.#conclude()
  }

  /** Draws a sample, or goes on with the one that was drawn. */
  async beginAudit(): Promise<void> {
    if (!this.canBegin) return
    if (this.canDraw) {
      const { threshold, size } = this.settings
      await attempt(() => this.audits.draw(threshold, size))
      await this.load()
    }
    this.audits.isAnswering = this.audits.current?.state === 'open'
  }

  async pause(): Promise<void> {
    await attempt(() => this.audits.pause())
  }

  async abandon(): Promise<void> {
    await attempt(() => this.audits.abandon())
    await this.load()
  }

  /** Approves everything that a passed audit stands for; one undo takes all of it back. */
  async accept(): Promise<void> {
    const { current } = this.audits
    if (current?.state !== 'passed') return
    const accepted = await attempt(() => this.audits.accept(current.id))
    if (!this.#isLeft) await this.load()
    if (accepted === undefined) return
    const { entry, leftOut } = accepted
    const said = [words().accepted(count(entry?.changes ?? 0))]
    if (leftOut > 0) said.push(words().leftOut(count(leftOut)))
    const undo = this.#isLeft ? undefined : () => void this.undo()
    this.#offer = messages.tell(said.join(words().comma), undo)
  }

  async reopen({ id, text }: Proposal): Promise<void> {
    messages.dismiss(this.#offer)
    this.pace.undo(id)
    const verdicts = [{ text, verdict: { kind: 'reopen' as const } }]
    await attempt(() => this.#writes.run(() => api.call('review.decide', { verdicts })))
    await this.load()
  }

  async undo(): Promise<void> {
    const [entry] = (await attempt(() => this.#step('label.undo'))) ?? []
    if (!entry) return
    this.#say(entry, words().undone)
    const proposal = this.queue.decidedBy(entry)
    if (proposal && entry.action === 'approve') this.pace.undo(proposal.id)
    if (isAboutAudit(entry)) await this.load()
    else await attempt(() => Promise.all([this.queue.onUndone(entry), this.audits.countLeft()]))
  }

  async redo(): Promise<void> {
    const [entry] = (await attempt(() => this.#step('label.redo'))) ?? []
    if (!entry) return
    this.#say(entry, words().redone)
    const proposal = this.queue.decidedBy(entry)
    if (proposal && entry.action === 'approve') this.pace.redo(proposal.id)
    if (isAboutAudit(entry)) await this.load()
    else await attempt(() => Promise.all([this.queue.onRedone(entry), this.audits.countLeft()]))
  }

  async #step(call: 'label.undo' | 'label.redo'): Promise<readonly JournalEntry[]> {
    messages.dismiss(this.#offer)
    const entries = await this.#writes.run(() => api.call(call, {}))
    const { nothingToUndo, nothingToRedo } = words()
    if (entries.length === 0) messages.tell(call === 'label.undo' ? nothingToUndo : nothingToRedo)
    return entries
  }

  #say(entry: JournalEntry, sentence: (what: string, n: number) => string): void {
    const text = sentence(words().actions[entry.action], entry.changes)
    this.said = text
    // A single decision or answer is seen to come back; anything else is told.
    const isSeen =
      this.queue.decidedBy(entry) !== undefined || (this.audits.isAnswering && isAboutAudit(entry))
    if (!isSeen) messages.tell(text)
  }

  #tell(what: string, next: string | undefined): void {
    if (next === undefined) this.said = words().saidLast(what)
    else this.said = settings.now.saysLess ? what : words().said(what, next)
  }

  async #conclude(): Promise<void> {
    await this.load()
    const { current } = this.audits
    if (!current || current.state === 'open') return
    this.said = current.state === 'passed' ? words().decidedPassed : words().decidedFailed
    await proposals.refresh()
  }
}

/** Calls whose effects this screen draws itself. */
const own: ReadonlySet<string> = new Set([
  'review.decide',
  'label.undo',
  'label.redo',
  'audit.create',
  'audit.answer',
  'audit.accept',
  'audit.abandon',
])

/** The filter with a higher score: the next step towards what the model is surest of. */
function narrowed(filter: ProposalFilter): ProposalFilter | null {
  const next = [0.8, 0.9, 0.95, 0.99].find((score) => score > (filter.minimumScore ?? 0))
  return next === undefined ? null : { ...filter, minimumScore: next }
}

function isAboutAudit({ action }: JournalEntry): boolean {
  return action === 'audit' || action === 'accept'
}

function verdictName(verdict: Verdict, proposal: Proposal): string {
  if (verdict.kind === 'correct') return answerName(verdict.answer)
  const { approve, reject, reopen } = words().actions
  const name = { approve, reject, reopen }[verdict.kind]
  return `${name} ${answerName({ state: 'class', class: proposal.class })}`
}
