import { fail } from '../../core/errors.ts'
import { encodings, type Encoding } from '../../core/import-plan.ts'

const ALIASES: Record<string, Encoding> = {
  utf8: 'utf-8',
  utf16: 'utf-16le',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
  unicode: 'utf-16le',
  gb18030: 'gb18030',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  cp936: 'gb18030',
  ansi936: 'gb18030',
  big5: 'big5',
  big5hkscs: 'big5',
  cp950: 'big5',
}

/** The encoding that a person means by `UTF-8`, `GBK`, `cp936` and the like, or a refusal. */
export function encodingNamed(name: string): Encoding {
  const key = name.toLowerCase().replaceAll(/[^0-9a-z]/g, '')
  if (Object.hasOwn(ALIASES, key)) return ALIASES[key]!
  return fail('import.encodingName', { given: name, known: encodings })
}

const BYTE_ORDER_MARKS: readonly (readonly [Encoding | 'utf-32', readonly number[]])[] = [
  ['utf-32', [0xff, 0xfe, 0x00, 0x00]],
  ['utf-32', [0x00, 0x00, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  ['gb18030', [0x84, 0x31, 0x95, 0x33]],
]

/** The byte order mark at the start of a file and how many bytes it takes. */
export function byteOrderMark(
  start: Uint8Array,
): { encoding: Encoding | 'utf-32'; length: number } | undefined {
  for (const [encoding, mark] of BYTE_ORDER_MARKS) {
    if (mark.every((byte, i) => start[i] === byte)) return { encoding, length: mark.length }
  }
  return undefined
}

/** The next bytes may be the beginning of a character that goes on after them. */
export const INCOMPLETE = -1
/** The next byte begins no character of this encoding. */
export const MALFORMED = 0

/**
 * How many bytes the character at `at` takes, else `INCOMPLETE` or `MALFORMED`.
 *
 * It judges structure alone. A lone surrogate is a character of UTF-16 here: it spoils its own row,
 * not the file.
 */
export type CharacterLength = (bytes: Uint8Array, at: number) => number

export const characterLength: Record<Encoding, CharacterLength> = {
  'utf-8': utf8Length,
  'utf-16le': utf16Length,
  'utf-16be': utf16Length,
  gb18030: gb18030Length,
  big5: big5Length,
}

const isBetween = (byte: number, low: number, high: number) => byte >= low && byte <= high

/** Well-formed UTF-8 byte sequences: table 3-7 of the Unicode Standard. */
function utf8Length(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  if (!isBetween(lead, 0xc2, 0xf4)) return MALFORMED
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) return INCOMPLETE
    if (!(i === 1 ? isBetween(byte, low, high) : isBetween(byte, 0x80, 0xbf))) return MALFORMED
  }
  return length
}

/** How many of `bytes` lie before a UTF-8 character that is cut off at their end. */
export function wholeUtf8(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at >= Math.max(0, bytes.length - 3); at--) {
    if (bytes[at]! >= 0xc0) return utf8Length(bytes, at) === INCOMPLETE ? at : bytes.length
  }
  return bytes.length
}

function utf16Length(bytes: Uint8Array, at: number): number {
  return at + 1 < bytes.length ? 2 : INCOMPLETE
}

/** GB 18030 as the WHATWG decoder reads it, with 0x80 for the euro sign as in code page 936. */
function gb18030Length(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead <= 0x80) return 1
  if (lead === 0xff) return MALFORMED
  const second = bytes[at + 1]
  if (second === undefined) return INCOMPLETE
  if (!isBetween(second, 0x30, 0x39)) {
    return isBetween(second, 0x40, 0xfe) && second !== 0x7f ? 2 : MALFORMED
  }
  const third = bytes[at + 2]
  const fourth = bytes[at + 3]
  if (third === undefined) return INCOMPLETE
  if (!isBetween(third, 0x81, 0xfe)) return MALFORMED
  if (fourth === undefined) return INCOMPLETE
  if (!isBetween(fourth, 0x30, 0x39)) return MALFORMED
  const pointer =
    (lead - 0x81) * 12600 + (second - 0x30) * 1260 + (third - 0x81) * 10 + (fourth - 0x30)
  return pointer <= 39419 || isBetween(pointer, 189000, 1237575) ? 4 : MALFORMED
}

function big5Length(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  if (!isBetween(lead, 0x81, 0xfe)) return MALFORMED
  const trail = bytes[at + 1]
  if (trail === undefined) return INCOMPLETE
  return isBetween(trail, 0x40, 0x7e) || isBetween(trail, 0xa1, 0xfe) ? 2 : MALFORMED
}
