import { hash } from 'node:crypto'

/** What two texts have in common when a reader would call them the same: NFKC, one kind of space. */
export function fold(text: string): string {
  return text.normalize('NFKC').replace(/\s+/gu, ' ').trim()
}

/** 16 bytes that are equal for exact duplicates after folding. The parts of a pair stay apart. */
export function fingerprint(a: string, b: string | null): Uint8Array {
  const content = b === null ? fold(a) : `${fold(a)}\u0000${fold(b)}`
  return hash('sha256', content, 'buffer').subarray(0, 16)
}

/** 16 bytes that are equal for rows of the same content and the same original values. */
export function rowPrint(content: Uint8Array, columns: readonly (string | null)[]): Uint8Array {
  const row = Buffer.concat([content, Buffer.from(JSON.stringify(columns))])
  return hash('sha256', row, 'buffer').subarray(0, 16)
}

/**
 * What near-duplicates are compared by: letters and digits in lower case, or all characters of a text
 * that has neither.
 */
export function skeleton(a: string, b: string | null): string {
  return b === null ? letters(a) : `${letters(a)}\u0000${letters(b)}`
}

function letters(text: string): string {
  const folded = fold(text).toLowerCase()
  return folded.replace(/[^\p{L}\p{N}]+/gu, '') || folded
}
