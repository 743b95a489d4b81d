import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import type { Encoding } from '../../core/import-plan.ts'
import { INCOMPLETE, characterLength, wholeUtf8 } from './encodings.ts'
import type { CharacterLength } from './encodings.ts'

/**
 * What stands in decoded text for a byte that could not be decoded: a noncharacter, which Unicode
 * keeps out of texts for uses like this one. The row that holds it is rejected.
 */
export const UNDECODABLE = '\ufdd0'
const REPLACEMENT = '\ufffd'

/** A place in the file that its encoding does not explain. `bytes` are the next few, in hex. */
export interface Malformed {
  readonly offset: number
  readonly bytes: string
}

/**
 * Decodes a file piece by piece and says exactly where it cannot.
 *
 * iconv-lite decodes; the walk over the bytes around it keeps characters whole across pieces and
 * knows the offset of every malformed byte, which a replacement character does not tell.
 */
export class Decoder {
  readonly #encoding: Encoding
  readonly #lengthAt: CharacterLength
  readonly #onMalformed: (malformed: Malformed) => void
  #rest: Buffer = Buffer.alloc(0)
  #offset: number

  /** `offset` is where the first piece begins in the file; `onMalformed` may throw. */
  constructor(encoding: Encoding, offset: number, onMalformed: (malformed: Malformed) => void) {
    this.#encoding = encoding
    this.#lengthAt = characterLength[encoding]
    this.#offset = offset
    this.#onMalformed = onMalformed
  }

  /** The text of the next piece; a character that is cut off waits for the piece after it. */
  decode(piece: Buffer, isLast: boolean): string {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    if (this.#encoding === 'utf-8') {
      const whole = isLast ? bytes : bytes.subarray(0, wholeUtf8(bytes))
      if (isUtf8(whole)) {
        this.#keep(bytes, whole.length)
        return whole.toString('utf8')
      }
    }
    let text = ''
    let runStart = 0
    let at = 0
    while (at < bytes.length) {
      const length = this.#lengthAt(bytes, at)
      if (length === INCOMPLETE && !isLast) break
      if (length > 0) {
        at += length
        continue
      }
      text += this.#decodeRun(bytes.subarray(runStart, at), runStart) + this.#mark(bytes, at)
      at += 1
      runStart = at
    }
    text += this.#decodeRun(bytes.subarray(runStart, at), runStart)
    this.#keep(bytes, at)
    return text
  }

  #keep(bytes: Buffer, from: number): void {
    this.#rest = bytes.subarray(from)
    this.#offset += from
  }

  #mark(bytes: Buffer, at: number): string {
    const found = bytes.subarray(at, at + 4)
    this.#onMalformed({ offset: this.#offset + at, bytes: found.toString('hex') })
    return UNDECODABLE
  }

  #decodeRun(run: Buffer, start: number): string {
    const text = iconv.decode(run, this.#encoding, { stripBOM: false })
    const hasGaps = this.#encoding === 'gb18030' || this.#encoding === 'big5'
    return hasGaps && text.includes(REPLACEMENT) ? this.#decodeSingly(run, start) : text
  }

  /** For a run whose form is right but which holds codes that the encoding assigns to nothing. */
  #decodeSingly(run: Buffer, start: number): string {
    let text = ''
    for (let at = 0; at < run.length;) {
      const length = this.#lengthAt(run, at)
      const character = iconv.decode(run.subarray(at, at + length), this.#encoding)
      const isGap = character.includes(REPLACEMENT) && length < 4
      if (isGap) {
        const found = run.subarray(at, at + length)
        this.#onMalformed({ offset: this.#offset + start + at, bytes: found.toString('hex') })
      }
      text += isGap ? UNDECODABLE : character
      at += length
    }
    return text
  }
}

/** All of `bytes` as text, with `UNDECODABLE` where they are malformed. For samples. */
export function decodeLeniently(bytes: Buffer, encoding: Encoding, isWhole: boolean): string {
  return new Decoder(encoding, 0, () => {}).decode(bytes, isWhole)
}
