import type { RunReport } from '../../../core/records.ts'
import { trainedText } from '../../../core/step-options.ts'
import { count } from '../../words/formats.ts'
import { showRate } from './settings.ts'
import { nameOf, words } from './words.ts'

/** One thing in which a run differs from the one before it. */
export interface Difference {
  readonly name: string
  readonly from: string
  readonly to: string
}

type Values = Readonly<Record<string, number | string | undefined>>

/** What a run has that the run before it had otherwise. Null for the first run. */
export function differences(run: RunReport, before: RunReport | undefined): Difference[] | null {
  if (before === undefined) return null
  const [now, then] = [valuesOf(run), valuesOf(before)]
  const names = words().parts
  return Object.entries(names).flatMap(([key, name]) => {
    const [from, to] = [then[key], now[key]]
    if (from === undefined || to === undefined || from === to) return []
    return [{ name, from: shown(key, from), to: shown(key, to) }]
  })
}

function shown(key: string, value: number | string): string {
  if (typeof value === 'string') return nameOf(value)
  return key === 'learningRate' ? showRate(value) : count(value)
}

/** A recipe is known in full when its run has ended; before that, what was chosen of it. */
function valuesOf(run: RunReport): Values {
  const { texts, seed, threads, taskVersion: task, base } = run
  const { train, offload, ...recipe } = run.result?.recipe ?? run.recipe
  return {
    ...recipe,
    train: train && trainedText(train),
    offload: offload === undefined ? undefined : offload ? 'on' : 'off',
    ...{ ...texts, seed, threads, task, base },
  }
}
