import type { Input } from '../../../core/contract.ts'
import { isEnough, type RunMemory } from '../../../core/memory.ts'
import type { JobId } from '../../../core/project.ts'
import type { BaseModel, RunPlan, RunReport } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { CallError } from '../../bridge.ts'
import type { ErrorRecord } from '../../../core/errors.ts'
import { devices } from '../../state/devices.svelte.ts'
import { files } from '../../state/files.svelte.ts'
import { jobs } from '../../state/jobs.svelte.ts'
import { attempt } from '../../state/messages.svelte.ts'
import { project } from '../../state/project.svelte.ts'
import { settings, settingOf, type Setting, type SettingName } from './settings.ts'

const planAfterMs = 250

/** The runs of the project, and the settings of the next one. */
class Training {
  runs = $state.raw<readonly RunReport[]>([])
  /** False until the list was read once. */
  isKnown = $state(false)
  plan = $state.raw<RunPlan | null>(null)
  /** Why there is no plan. */
  planFault = $state.raw<ErrorRecord | null>(null)
  /** What the run would take in memory; null until it is known, or where it cannot be. */
  memory = $state.raw<RunMemory | null>(null)
  /** What was typed in place of the plan's own values, as it was typed. */
  typed = $state<Partial<Record<SettingName, string>>>({})
  /** The base models at hand. */
  bases = $state.raw<readonly BaseModel[]>([])
  /** The one that was chosen in place of the plan's own. */
  base = $state<string | null>(null)
  /** A base model is being checked and copied. */
  isAdding = $state(false)
  isStarting = $state(false)
  /** The job that was asked to stop, until it has. */
  stopping = $state<JobId | null>(null)
  #chosen = $state<number | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined
  #asked = 0
  #path: string | undefined

  /** The run in front: the one that was chosen, or else the latest. */
  readonly shown = $derived(this.runs.find(({ id }) => id === this.#chosen) ?? this.runs[0])
  readonly active = $derived(
    this.runs.find(({ state }) => state === 'running') ??
      this.runs.findLast(({ state }) => state === 'queued'),
  )
  readonly isValid = $derived(
    settings.every((setting) => {
      const text = this.typed[setting.name]
      return text === undefined || setting.parse(text) !== null
    }),
  )
  /** Whether nothing that is typed and nothing of the project speaks against a start. */
  readonly #isFree = $derived(
    this.isValid && !this.isStarting && project.info?.isReadOnly === false,
  )
  /** Whether there is memory enough, as far as that is known. */
  readonly hasRoom = $derived(this.memory === null || isEnough(this.memory))
  readonly mayStart = $derived(this.#isFree && isSound(this.plan))

  /** Follows the project until the returned function is called. */
  follow(): () => void {
    this.#path = project.info?.path
    void this.refresh()
    void this.#readBases()
    return api.listen(({ event }) => {
      if (event !== 'job.step') void this.refresh()
    })
  }

  async refresh(): Promise<void> {
    if (this.#path !== project.info?.path) this.#forget()
    this.planSoon()
    const runs = await api.call('train.runs', {}).catch(() => null)
    if (runs === null) return
    this.runs = runs
    this.isKnown = true
    if (!runs.some(({ job, state }) => job === this.stopping && state === 'running')) {
      this.stopping = null
    }
  }

  choose(run: RunReport): void {
    this.#chosen = run.id
  }

  set(name: SettingName, text: string): void {
    const isDefault = text.trim() === '' || text.trim() === this.#planned(settingOf(name))
    if (isDefault) delete this.typed[name]
    else this.typed[name] = text
    this.planSoon()
  }

  /** Keeps the choice with the project, so that words are checked against it before any run. */
  async chooseBase(name: string): Promise<void> {
    this.base = name
    this.planSoon()
    if (project.info?.isReadOnly === false) {
      await attempt(() => api.call('train.chooseBase', { name }))
    }
  }

  /** Forgets a base model that was added. What the project was trained from stays in it. */
  async removeBase(name: string): Promise<void> {
    const left = await attempt(() => api.call('models.remove', { name }))
    if (left === undefined) return
    this.bases = left
    if (this.base === name) this.base = null
    this.planSoon()
  }

  /** Asks for the folder of a model, and begins with it from then on. */
  async addBase(title: string): Promise<void> {
    const folder = await files.pickFolder(title)
    if (folder === null) return
    this.isAdding = true
    const added = await attempt(() => api.call('models.add', { folder }))
    await this.#readBases()
    this.isAdding = false
    if (added) await this.chooseBase(added.name)
  }

  async #readBases(): Promise<void> {
    this.bases = await api.call('models.list', {}).catch(() => this.bases)
  }

  reset(): void {
    this.typed = {}
    this.planSoon()
  }

  /** The text that a setting's field shows. */
  textOf(setting: Setting): string {
    return this.typed[setting.name] ?? this.#planned(setting)
  }

  /** Puts the settings of a run into the form, to train once more as it was. */
  takeFrom({ recipe, seed, threads, baseSha256 }: RunReport): void {
    const base = this.bases.find(({ sha256 }) => sha256 === baseSha256)
    if (base) void this.chooseBase(base.name)
    const values = { ...recipe, seed, threads }
    this.typed = Object.fromEntries(
      settings.flatMap((setting) => {
        const value = values[setting.name]
        return value === undefined ? [] : [[setting.name, setting.show(value)]]
      }),
    )
    this.planSoon()
  }

  /** Starts, or first waits for the plan: a key can come before it, or after what it lacked. */
  async start(): Promise<void> {
    if (!this.#isFree) return
    this.isStarting = true
    const plan = isSound(this.plan) ? this.plan : await this.#ask()
    const device = await devices.ready()
    const started = isSound(plan)
      ? await attempt(() => api.call('train.start', { ...this.#input(), device }))
      : undefined
    this.isStarting = false
    if (started === undefined) return
    this.#chosen = null
    await Promise.all([this.refresh(), jobs.refresh()])
  }

  /** Stops the active run; it keeps its checkpoint. */
  async stop(): Promise<void> {
    const { job } = this.active ?? {}
    if (job === undefined || this.stopping !== null) return
    this.stopping = job
    await attempt(() => jobs.cancel(job))
    this.stopping = null
    await this.refresh()
  }

  /** A run that its device has ended goes on with the one that is chosen now, others with their own. */
  async resume({ job, error }: RunReport): Promise<void> {
    const isOfDevice = error?.code.startsWith('device.') === true
    const device = isOfDevice ? await devices.ready() : undefined
    await attempt(() => api.call('jobs.resume', { job, ...(device && { device }) }))
    await Promise.all([this.refresh(), jobs.refresh()])
  }

  /** Asks what a run would be made of, when typing and changes of the project have come to rest. */
  planSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#ask(), planAfterMs)
  }

  /** Gives the answer also when a later question has overtaken it; null when there was none. */
  async #ask(): Promise<RunPlan | null> {
    if (!this.isValid || project.info === null) return null
    const asked = ++this.#asked
    try {
      const plan = await api.call('train.plan', this.#input())
      if (asked === this.#asked) {
        this.plan = plan
        this.planFault = null
        void this.#weigh(asked)
      }
      return plan
    } catch (error) {
      if (asked === this.#asked && error instanceof CallError) {
        this.plan = null
        this.planFault = error.record
      }
      return null
    }
  }

  /** Asks what the run would take. Where the answer cannot be had, there is none to show. */
  async #weigh(asked: number): Promise<void> {
    const { recipe, base } = this.#input()
    const input = { recipe, ...(base !== undefined && { base }), device: devices.chosen }
    const memory = await api.call('train.memory', input).catch(() => null)
    if (asked === this.#asked) this.memory = memory
  }

  #planned(setting: Setting): string {
    if (this.plan === null) return ''
    const { recipe, seed, threads } = this.plan
    const value = { ...recipe, seed, threads }[setting.name]
    return value === undefined ? '' : setting.show(value)
  }

  #input(): Input<'train.plan'> {
    const values = Object.fromEntries(
      settings.flatMap((setting) => {
        const text = this.typed[setting.name]
        return text === undefined ? [] : [[setting.name, setting.parse(text)!]]
      }),
    ) as Input<'train.plan'>['recipe'] & { seed?: number; threads?: number }
    const { seed, threads, ...recipe } = values
    return {
      recipe,
      ...(this.base !== null && { base: this.base }),
      ...(seed !== undefined && { seed }),
      ...(threads !== undefined && { threads }),
    }
  }

  /** What belongs to another project is not shown for this one. */
  #forget(): void {
    this.#path = project.info?.path
    this.runs = []
    this.isKnown = false
    this.plan = null
    this.memory = null
    this.typed = {}
    this.base = null
    this.#chosen = null
  }
}

function isSound(plan: RunPlan | null): boolean {
  return plan?.obstacles.length === 0
}

export const training = new Training()
