import textsAndLabels from './0010-texts-and-labels.ts'
import runsAndModels from './0020-runs-and-models.ts'
import reviewAndRounds from './0030-review-and-rounds.ts'
import scoresByJob from './0040-scores-by-job.ts'
import chosenBase from './0050-chosen-base.ts'

/** One frozen step of the schema's history. It never imports live code and is never edited. */
export interface Migration {
  readonly version: number
  readonly sql: string
}

/** In rising order, in steps of ten. */
export const migrations: readonly Migration[] = [
  { version: 10, sql: textsAndLabels },
  { version: 20, sql: runsAndModels },
  { version: 30, sql: reviewAndRounds },
  { version: 40, sql: scoresByJob },
  { version: 50, sql: chosenBase },
]

export const latestVersion = migrations.at(-1)!.version
