import { isAscii, isUtf8 } from 'node:buffer'
import { setImmediate } from 'node:timers/promises'
import { analyse } from 'chardet'
import type { Encoding } from '../../core/import-plan.ts'
import { Decoder } from './decoder.ts'
import { INCOMPLETE, MALFORMED, byteOrderMark, characterLength, wholeUtf8 } from './encodings.ts'
import type { Sample } from './source-file.ts'

/**
 * What the bytes of a sample say of their encoding. `isCertain` means that no other encoding here
 * could have written them by accident.
 */
export type EncodingFinding =
  | { readonly kind: 'found'; readonly encoding: Encoding; readonly isCertain: boolean }
  | { readonly kind: 'unknown'; readonly guess: string | null }
  | { readonly kind: 'binary' }

/** Accidental UTF-8 of this many characters in a text of another encoding does not happen. */
const CERTAIN_UTF8_CHARACTERS = 8
const CHARDET_BYTES = 16 * 1024
/** Counting characters is slower than checking their form, and needs fewer of them. */
const COUNTED_BYTES = 256 * 1024
/** How much is looked at before everything else gets its turn: a few milliseconds of work. */
const SLICE_BYTES = 64 * 1024
/** Controls that texts hold: tab, line feed, form feed, carriage return, the end mark of DOS, escape. */
const TEXT_CONTROLS = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1a, 0x1b])

/**
 * Detects by byte order mark, strict UTF-8, the zeros of UTF-16, then the statistics of Chinese. It
 * works in slices, so that the application answers meanwhile.
 */
export async function detectEncoding(sample: Sample): Promise<EncodingFinding> {
  const mark = byteOrderMark(sample.start)
  if (mark?.encoding === 'utf-32') return { kind: 'unknown', guess: 'UTF-32' }
  if (mark !== undefined) return { kind: 'found', encoding: mark.encoding, isCertain: true }
  const bytes = sample.telling.subarray(0, COUNTED_BYTES)
  const reachesEnd = sample.reachesEnd && bytes.length === sample.telling.length
  const { zeros, controls } = countControls(bytes)
  const utf8 = await census(bytes, 'utf-8', reachesEnd)
  if (isUtf8Text(sample.telling, sample.reachesEnd) && zeros < 0.2 * bytes.length) {
    if (zeros + controls > 0.1 * bytes.length) return { kind: 'binary' }
    const isCertain = utf8.multibyte >= CERTAIN_UTF8_CHARACTERS
    return { kind: 'found', encoding: 'utf-8', isCertain }
  }
  if (zeros > 0) {
    const encoding = await likelierUtf16(bytes)
    if (encoding !== undefined) return { kind: 'found', encoding, isCertain: true }
  }
  if (zeros + controls > 0.01 * bytes.length) return { kind: 'binary' }
  if (malformedShare(utf8) < 0.2) return { kind: 'found', encoding: 'utf-8', isCertain: true }
  return detectChinese(bytes, reachesEnd)
}

/** Whether a text in UTF-16 (no byte order mark needed) could begin with these bytes. */
export async function readsAsUtf16(
  bytes: Buffer,
  encoding: 'utf-16le' | 'utf-16be',
): Promise<boolean> {
  return (await implausibleShare(bytes, encoding)) < 0.02
}

async function likelierUtf16(bytes: Buffer): Promise<'utf-16le' | 'utf-16be' | undefined> {
  const little = await implausibleShare(bytes, 'utf-16le')
  const big = await implausibleShare(bytes, 'utf-16be')
  if (Math.min(little, big) >= 0.02) return undefined
  return little <= big ? 'utf-16le' : 'utf-16be'
}

/** The share of UTF-16 units that no text has: unassigned, private, lone surrogates, controls. */
async function implausibleShare(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): Promise<number> {
  const decoder = new Decoder(encoding, 0, () => {})
  let implausible = 0
  let units = 0
  let half = ''
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    const slice = bytes.subarray(at, at + SLICE_BYTES)
    const text = half + decoder.decode(slice, false)
    half = at + SLICE_BYTES < bytes.length ? halfPairAtEnd(text) : ''
    const whole = text.slice(0, text.length - half.length)
    implausible += whole.match(/[\p{Cn}\p{Co}\p{Cs}]|[^\P{Cc}\t\n\f\r]/gu)?.length ?? 0
    units += whole.length
    await setImmediate()
  }
  return implausible / Math.max(1, units)
}

/** The first half of a surrogate pair that is cut off at the end of a text, else nothing. */
function halfPairAtEnd(text: string): string {
  return /[\ud800-\udbff]$/.exec(text)?.[0] ?? ''
}

/** `reachesEnd` says that a character cut off at the end of `bytes` is malformed, not cut by us. */
export function isUtf8Text(bytes: Buffer, reachesEnd: boolean): boolean {
  return isUtf8(reachesEnd ? bytes : bytes.subarray(0, wholeUtf8(bytes)))
}

function countControls(bytes: Buffer): { zeros: number; controls: number } {
  let zeros = 0
  let controls = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte === 0) zeros++
    else if (byte < 0x20 && !TEXT_CONTROLS.has(byte)) controls++
  }
  return { zeros, controls }
}

export interface Census {
  /** Well-formed characters of more than one byte. */
  readonly multibyte: number
  /** Those of them that belong to the encoding's own first level of frequent characters. */
  readonly frequent: number
  readonly malformed: number
  /** Index of the first malformed byte, -1 if there is none. */
  readonly firstMalformed: number
}

/** Counts the characters of an encoding in which a byte below 0x80 that leads is ASCII. */
export async function census(
  bytes: Buffer,
  encoding: Encoding,
  reachesEnd: boolean,
): Promise<Census> {
  const lengthAt = characterLength[encoding]
  const isFrequent = encoding === 'big5' ? isFrequentBig5 : isFrequentGb
  let multibyte = 0
  let frequent = 0
  let malformed = 0
  let firstMalformed = -1
  let pauseAt = SLICE_BYTES
  for (let at = 0; at < bytes.length;) {
    if (at >= pauseAt) {
      await setImmediate()
      pauseAt += SLICE_BYTES
    }
    const length = lengthAt(bytes, at)
    if (length === INCOMPLETE && !reachesEnd) break
    if (length === MALFORMED || length === INCOMPLETE) {
      if (firstMalformed < 0) firstMalformed = at
      malformed++
      at++
      continue
    }
    if (length > 1) multibyte++
    if (length === 2 && isFrequent(bytes[at]!, bytes[at + 1]!)) frequent++
    at += length
  }
  return { multibyte, frequent, malformed, firstMalformed }
}

export function malformedShare(count: Census): number {
  return count.malformed / Math.max(1, count.malformed + count.multibyte)
}

/** Punctuation and level 1 of GB 2312: the 3,755 characters in common use. */
function isFrequentGb(lead: number, trail: number): boolean {
  return trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xd7) || (lead >= 0xa1 && lead <= 0xa3))
}

/** Punctuation and level 1 of Big5: the 5,401 characters in common use. */
function isFrequentBig5(lead: number): boolean {
  return lead >= 0xa1 && lead <= 0xc6
}

/**
 * GB 18030 or Big5, or neither.
 *
 * chardet knows how often characters occur, so it tells Chinese from Japanese and Korean, whose bytes
 * have the same form; it needs some 20 characters. Below that the first levels decide.
 */
async function detectChinese(bytes: Buffer, reachesEnd: boolean): Promise<EncodingFinding> {
  await setImmediate()
  const matches = analyse(bytes.subarray(firstNonAscii(bytes)).subarray(0, CHARDET_BYTES))
  const confidence = (name: string) => matches.find((match) => match.name === name)?.confidence ?? 0
  const foreign = matches.find((match) => !/^(GB18030|Big5|UTF-8|ASCII)$/.test(match.name))
  await setImmediate()
  const gb18030 = await census(bytes, 'gb18030', reachesEnd)
  const big5 = await census(bytes, 'big5', reachesEnd)
  const candidates = [
    { encoding: 'gb18030' as const, confidence: confidence('GB18030'), counted: gb18030 },
    { encoding: 'big5' as const, confidence: confidence('Big5'), counted: big5 },
  ]
    .filter(({ counted }) => malformedShare(counted) < 0.05)
    .sort((x, y) => y.confidence - x.confidence || y.counted.frequent - x.counted.frequent)
  const [best, other] = candidates
  if (best !== undefined) {
    const foreignConfidence = foreign?.confidence ?? 0
    const isLikely = best.confidence >= 50 && best.confidence >= foreignConfidence
    const isShort = best.confidence < 50 && foreignConfidence < 50
    if (isLikely || (isShort && best.counted.frequent >= 0.6 * best.counted.multibyte)) {
      const isCertain = best.confidence >= 90 && (other?.confidence ?? 0) <= best.confidence - 30
      return { kind: 'found', encoding: best.encoding, isCertain }
    }
  }
  return { kind: 'unknown', guess: foreign?.name ?? null }
}

/** Index of the first byte above 0x7f, or 0 where all is ASCII. */
export function firstNonAscii(bytes: Buffer): number {
  return isAscii(bytes) ? 0 : bytes.findIndex((byte) => byte > 0x7f)
}
