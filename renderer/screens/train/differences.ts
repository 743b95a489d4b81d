import type { RunReport } from '../../../core/records.ts'
import { count } from '../../words/formats.ts'
import { showRate } from './settings.ts'
import { words } from './words.ts'

/** One thing in which a run differs from the one before it. */
export interface Difference {
  readonly name: string
  readonly from: string
  readonly to: string
}

type Values = Readonly<Record<string, number | undefined>>

/** What a run has that the run before it had otherwise. Null for the first run. */
export function differences(run: RunReport, before: RunReport | undefined): Difference[] | null {
  if (before === undefined) return null
  const [now, then] = [valuesOf(run), valuesOf(before)]
  const names = words().parts
  return Object.entries(names).flatMap(([key, name]) => {
    const [from, to] = [then[key], now[key]]
    if (from === undefined || to === undefined || from === to) return []
    const show = key === 'learningRate' ? showRate : count
    return [{ name, from: show(from), to: show(to) }]
  })
}

/** A recipe is known in full when its run has ended; before that, what was chosen of it. */
function valuesOf(run: RunReport): Values {
  const { texts, seed, threads, taskVersion: task, base } = run
  return { ...(run.result?.recipe ?? run.recipe), ...texts, seed, threads, task, base }
}
