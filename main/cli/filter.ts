import type { Command } from 'commander'
import type { ProposalFilter } from '../../core/project.ts'
import type { ClassNames } from './classes.ts'
import { share } from './numbers.ts'

export interface FilterOptions {
  readonly class?: string
  readonly minScore?: number
  readonly minMargin?: number
  readonly minAgreement?: number
}

export function withFilter(command: Command): Command {
  return command
    .option('--class <name>', 'only proposals of this class')
    .option('--min-score <x>', 'only proposals at least this sure', share)
    .option('--min-margin <x>', 'only proposals this far before the next class', share)
    .option('--min-agreement <x>', 'only proposals on which this share of the groups agree', share)
}

export function filterOf(options: FilterOptions, names: ClassNames): ProposalFilter {
  return {
    ...(options.class === undefined ? {} : { class: names.id(options.class) }),
    ...(options.minScore === undefined ? {} : { minimumScore: options.minScore }),
    ...(options.minMargin === undefined ? {} : { minimumMargin: options.minMargin }),
    ...(options.minAgreement === undefined ? {} : { minimumAgreement: options.minAgreement }),
  }
}
