import type { ProposalFilter } from '../../../core/project.ts'
import type { Proposal } from '../../../core/records.ts'
import { words } from './words.ts'

export const fields = ['minimumScore', 'minimumMargin', 'minimumAgreement', 'class'] as const
export type Field = (typeof fields)[number]

/** What a filter's sentence needs to know of the task. */
export interface Naming {
  readonly nameOf: (classId: string) => string
  /** How many word groups the model has. */
  readonly groups: number
}

export function isSame(a: ProposalFilter, b: ProposalFilter): boolean {
  return fields.every((field) => a[field] === b[field])
}

export function matches(filter: ProposalFilter, proposal: Proposal): boolean {
  return (
    (filter.class === undefined || filter.class === proposal.class) &&
    proposal.score >= (filter.minimumScore ?? 0) &&
    proposal.margin >= (filter.minimumMargin ?? 0) &&
    proposal.agreement >= (filter.minimumAgreement ?? 0)
  )
}

export function without(filter: ProposalFilter, field: Field): ProposalFilter {
  const { [field]: _, ...rest } = filter
  return rest
}

/** What a condition says after its name: "≥ 0.90", "3 / 3", the name of the class. */
export function valueOf(filter: ProposalFilter, field: Field, naming: Naming): string | null {
  const value = filter[field]
  if (value === undefined) return null
  if (typeof value === 'string') return naming.nameOf(value)
  if (field !== 'minimumAgreement') return words().atLeast(value.toFixed(2))
  return words().ofGroups(Math.round(value * naming.groups), naming.groups)
}

/** The whole filter as a sentence. */
export function sentenceOf(filter: ProposalFilter, naming: Naming): string {
  const { score: minimumScore, margin: minimumMargin, agreement: minimumAgreement } = words()
  const names = { minimumScore, minimumMargin, minimumAgreement, class: words().class }
  const said = fields.flatMap((field) => {
    const value = valueOf(filter, field, naming)
    return value === null ? [] : [`${names[field]} ${value}`]
  })
  return said.length === 0 ? words().all : said.join(words().and)
}

const key = (project: string) => `shiliu.review.${project}`

/** The filter with which a project was last reviewed. */
export function recall(project: string): ProposalFilter {
  const kept = localStorage.getItem(key(project))
  return kept === null ? {} : (JSON.parse(kept) as ProposalFilter)
}

export function remember(project: string, filter: ProposalFilter): void {
  localStorage.setItem(key(project), JSON.stringify(filter))
}
