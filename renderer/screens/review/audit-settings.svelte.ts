import { mostWrong, type AuditPlan } from '../../../core/audit-odds.ts'
import { audit as limits } from '../../../core/project.ts'

export type SampleSize = (typeof limits.sizes)[number]

/** What is settled before an audit's first answer. */
export class AuditSettings {
  /** The threshold in percent, as it is typed; null while the field is empty. */
  percent = $state<number | null>(100 * limits.threshold)
  size = $state<SampleSize>(120)
  readonly threshold = $derived((this.percent ?? 0) / 100)
  readonly isInRange = $derived(this.threshold >= limits.floor && this.threshold <= 1)

  plan(population: number): AuditPlan {
    return { n: Math.min(this.size, population), population, threshold: this.threshold }
  }

  canStart(population: number): boolean {
    return population > 0 && this.isInRange && mostWrong(this.plan(population)) >= 0
  }
}
