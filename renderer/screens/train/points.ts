import type { JobEvent } from '../../../core/records.ts'

export type Point = readonly [step: number, loss: number]

/** How many recorded steps are averaged for the line that can be read. */
export const averaged = 10

/**
 * The loss of a run by step. Where it was taken up again, the steps since its checkpoint were done a
 * second time, and the second time counts.
 */
export function lossPoints(events: readonly JobEvent[]): Point[] {
  const points: Point[] = []
  for (const { phase, done, figures } of events) {
    const loss = figures['loss']
    if (phase !== 'train' || loss === undefined) continue
    while (points.length > 0 && points.at(-1)![0] >= done) points.pop()
    points.push([done, loss])
  }
  return points
}

/** Each point as the mean of itself and those just before it. */
export function smoothed(points: readonly Point[]): Point[] {
  return points.map(([step], i) => {
    const part = points.slice(Math.max(0, i + 1 - averaged), i + 1)
    return [step, part.reduce((sum, [, loss]) => sum + loss, 0) / part.length]
  })
}
