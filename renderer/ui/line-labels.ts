/** Where a line ends on the page, and its points there, from left to right. */
export interface DrawnLine {
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** Half of what a name takes in height, with air. */
const halfHeight = 9
const probes = 8

/**
 * The middle of the name of a line that ends at `x`, `y`, with `width` to its right: beside its end, or
 * where other lines pass there, above or below them, whichever is nearer.
 */
export function labelPlace(
  [x, y]: readonly [x: number, y: number],
  width: number,
  others: readonly DrawnLine[],
): number {
  const passing = others.flatMap(({ points }) =>
    Array.from({ length: probes }, (_, i) => heightAt(points, x + (width * (i + 1)) / probes)),
  )
  const found = passing.filter((height) => height !== undefined)
  if (!found.some((height) => Math.abs(height - y) < halfHeight)) return y
  const above = Math.min(...found) - halfHeight
  const below = Math.max(...found) + halfHeight
  return y - above < below - y ? above : below
}

/** The height of a line at a place; undefined beyond its ends. */
function heightAt(points: DrawnLine['points'], x: number): number | undefined {
  const next = points.findIndex(([px]) => px >= x)
  if (next < 1) return undefined
  const [from, to] = [points[next - 1]!, points[next]!]
  return from[1] + ((x - from[0]) / (to[0] - from[0])) * (to[1] - from[1])
}
