import type { DeviceName, DeviceReport } from '../../core/devices.ts'
import type { Recipe } from '../../core/job.ts'
import { api } from '../api.ts'
import { attempt } from './messages.svelte.ts'
import { settings } from './settings.svelte.ts'

/** What can be computed on. The CPU always can; the others once they have been tried. */
class Devices {
  reports = $state.raw<readonly DeviceReport[]>([])
  isLooking = $state(false)
  isMeasuring = $state(false)
  #measured = $state<Partial<Record<string, number>>>({})
  #looking: Promise<void> | undefined

  readonly isKnown = $derived(this.reports.length > 0)
  readonly offered = $derived(this.reports.filter(({ fault }) => fault === null))
  readonly others = $derived(this.reports.filter(({ fault }) => fault !== null))

  /** What was chosen last, as long as it is offered. */
  readonly chosen: DeviceName = $derived.by(() => {
    const { device } = settings.now
    const isThere = this.offered.some((report) => report.device === device)
    return isThere || !this.isKnown ? device : 'cpu'
  })
  readonly report = $derived(this.reports.find(({ device }) => device === this.chosen))

  choose(device: DeviceName): void {
    settings.choose({ device })
  }

  /** Tries all devices; the program does so once, unless it is to do it again. */
  look(again = false): Promise<void> {
    this.#looking ??= this.#look(again).finally(() => (this.#looking = undefined))
    return this.#looking
  }

  /** What a job is to compute on, known to be there. */
  async ready(): Promise<DeviceName> {
    if (settings.now.device !== 'cpu' && !this.isKnown) await this.look()
    return this.chosen
  }

  /** Milliseconds of a step of this recipe on the device that is chosen, where they were measured. */
  stepOf(recipe: Recipe | null | undefined): number | undefined {
    return recipe ? this.#measured[keyOf(this.chosen, recipe)] : undefined
  }

  async measure(recipe: Recipe): Promise<void> {
    const { chosen: device } = this
    this.isMeasuring = true
    const answer = await attempt(() => api.call('devices.measure', { device, recipe }))
    this.isMeasuring = false
    if (answer) this.#measured[keyOf(device, recipe)] = answer.milliseconds
  }

  async #look(again: boolean): Promise<void> {
    this.isLooking = true
    const reports = await attempt(() => api.call('devices.list', { again }))
    this.isLooking = false
    if (reports) this.reports = reports
  }
}

/** What the time of a step depends on. */
export function workOf({
  batch,
  maxTokens,
  accumulate,
  recompute,
  precision,
  train,
  offload,
}: Recipe): string {
  return JSON.stringify([batch, maxTokens, accumulate, recompute, precision, train, offload])
}

function keyOf(device: DeviceName, recipe: Recipe): string {
  return `${device} ${workOf(recipe)}`
}

export const devices = new Devices()
