import * as v from 'valibot'
import type { Flip, RoundComparison, RoundReport, RoundsReport } from '../records.ts'
import { gives, none, Count, Positive, Limit } from './schemas.ts'

/** Rounds, compared and kept. */
export const roundsCalls = {
  'rounds.list': { input: none, output: gives<RoundsReport>(), writes: false },
  'rounds.get': {
    input: v.object({ round: Positive }),
    output: gives<RoundReport>(),
    writes: false,
  },
  'rounds.compare': {
    input: v.object({ before: Positive, after: Positive }),
    output: gives<RoundComparison | null>(),
    writes: false,
  },
  'rounds.flips': {
    input: v.object({
      before: Positive,
      after: Positive,
      /** Held-out texts that became wrong, or right, or all the others. */
      kind: v.optional(v.picklist(['broken', 'fixed', 'other'])),
      afterText: v.optional(Count, 0),
      limit: Limit,
    }),
    output: gives<readonly Flip[]>(),
    writes: false,
  },
  'rounds.keep': {
    input: v.object({ round: Positive }),
    output: gives<RoundsReport>(),
    writes: true,
  },
  /** Gives up a round's weights and frees their space. Its record stays. */
  'rounds.discard': {
    input: v.object({ round: Positive }),
    output: gives<{ readonly freed: number }>(),
    writes: true,
  },
} as const
