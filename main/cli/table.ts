import { printableLine } from './printable.ts'
import { cliWords } from './words.ts'

/** Columns of text, aligned; a Chinese character is as wide as two others. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => printableLine(String(cell))))
  const widths = cells[0]?.map((_, i) => Math.max(...cells.map((row) => width(row[i] ?? '')))) ?? []
  return cells
    .map((row) => row.map((cell, i) => cell + ' '.repeat(widths[i]! - width(cell))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** `81.0% (72.2 to 87.5)` */
export function withInterval(
  { value, low, high }: { value: number; low: number; high: number },
  words = cliWords.en,
): string {
  return words.interval(percent(value), (low * 100).toFixed(1), (high * 100).toFixed(1))
}

/** A text on one line, cut to a width. */
export function oneLine(text: string, limit = 72): string {
  const flat = printableLine(text.replace(/\s+/g, ' ').trim())
  let result = ''
  for (const character of flat) {
    if (width(result) + width(character) > limit - 1) return `${result}…`
    result += character
  }
  return result
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

function width(text: string): number {
  let sum = 0
  for (const character of text) sum += wide.test(character) ? 2 : 1
  return sum
}
