import { unspacedScripts } from '../../../core/scripts.ts'

/** A piece of a text, and whether it is what was searched for. */
export interface Piece {
  readonly text: string
  readonly isHit: boolean
}

type Range = readonly [from: number, to: number]

/** Finds what was searched for in one text: ranges in order, apart from each other. */
export type HitFinder = (text: string) => readonly Range[]

const token = String.raw`[\p{L}\p{N}]`
const spacedLetter = `[${token}--[${unspacedScripts}]]`

/**
 * Finds in texts what the search index found them by: every word of the query, its characters in any
 * width and case, words of spaced scripts from their beginning, with signs in between passed over.
 */
export function hitFinder(query: string): HitFinder {
  const words = query.normalize('NFKC').split(/\s+/u).filter(Boolean)
  const patterns = words.map(patternOf).filter((pattern) => pattern !== null)
  if (patterns.length === 0) return (text) => occurrences(text, query)
  return (text) => {
    const { plain, places } = folded(text)
    const found = patterns.flatMap((pattern) => [...plain.matchAll(pattern)])
    return merged(
      found.map(({ 0: { length }, index }) => [places[index]!, places[index + length]!] as const),
    )
  }
}

/** A text cut around its first hit, in pieces; at most about `most` characters. */
export function excerpt(text: string, find: HitFinder, most = 240): Piece[] {
  const hits = find(text.slice(0, 20_000))
  const start = startOf(text, hits[0]?.[0] ?? 0)
  const end = Math.min(text.length, start + most)
  const pieces: Piece[] = start > 0 ? [{ text: '…', isHit: false }] : []
  let at = start
  for (const [from, to] of hits) {
    if (from >= end) break
    if (from > at) pieces.push({ text: text.slice(at, from), isHit: false })
    pieces.push({ text: text.slice(from, Math.min(to, end)), isHit: true })
    at = Math.min(to, end)
  }
  if (at < end) pieces.push({ text: text.slice(at, end), isHit: false })
  return pieces
}

/** Where an excerpt begins so that its first hit can be seen; a character is never cut in half. */
function startOf(text: string, hit: number): number {
  if (hit <= 28) return 0
  const start = hit - 12
  return (text.charCodeAt(start) & 0xfc00) === 0xdc00 ? start - 1 : start
}

function patternOf(word: string): RegExp | null {
  const tokens = folded(word).plain.match(new RegExp(`[${unspacedScripts}]|${spacedLetter}+`, 'gv'))
  if (tokens === null) return null
  const isSpaced = new RegExp(`^${spacedLetter}`, 'v')
  const parts = tokens.map((part) => (isSpaced.test(part) ? `(?<!${spacedLetter})${part}` : part))
  return new RegExp(parts.join(`[^${token}]*`), 'gv')
}

/** A text as the index compares it, with the place in the original of each of its characters. */
function folded(text: string): { plain: string; places: readonly number[] } {
  const places: number[] = []
  let plain = ''
  let at = 0
  for (const sign of text) {
    const base = sign
      .normalize('NFKD')
      .replace(/[\u0300-\u036f]/g, '')
      .toLowerCase()
    for (let i = 0; i < base.length; i++) places.push(at)
    plain += base
    at += sign.length
  }
  places.push(text.length)
  return { plain, places }
}

function occurrences(text: string, part: string): Range[] {
  const found: Range[] = []
  if (part === '') return found
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) {
    found.push([at, at + part.length])
  }
  return found
}

function merged(ranges: readonly Range[]): Range[] {
  const result: [number, number][] = []
  for (const [from, to] of ranges.toSorted((x, y) => x[0] - y[0])) {
    const last = result.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}
