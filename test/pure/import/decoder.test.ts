import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Decoder, UNDECODABLE } from '../../../main/import/decoder.ts'
import type { Malformed } from '../../../main/import/decoder.ts'
import { encodingNamed } from '../../../main/import/encodings.ts'
import type { Encoding } from '../../../core/import-plan.ts'
import { encode } from './temporary-files.ts'

function decode(pieces: readonly Buffer[], encoding: Encoding) {
  const malformed: Malformed[] = []
  const decoder = new Decoder(encoding, 0, (found) => malformed.push(found))
  const text = pieces.map((piece, i) => decoder.decode(piece, i === pieces.length - 1)).join('')
  return { text, malformed }
}
const at = (...bytes: number[]) => Buffer.from(bytes)

const TEXTS: Record<Encoding, string> = {
  'utf-8': 'aé好😀\ufffd\ufeff。',
  'utf-16le': 'aé好😀\ufffd\ufeff。',
  'utf-16be': 'aé好😀\ufffd\ufeff。',
  gb18030: 'aé好😀\ufffd\ufeff€。ḿ',
  big5: 'a好電腦。，',
}

for (const [encoding, text] of Object.entries(TEXTS) as [Encoding, string][]) {
  test(`decodes ${encoding} the same wherever the bytes are cut`, () => {
    const bytes = encode(text, encoding)
    for (let cut = 0; cut <= bytes.length; cut++) {
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)]
      assert.deepEqual(decode(pieces, encoding), { text, malformed: [] })
    }
    const single = Array.from(bytes, (byte) => at(byte))
    assert.deepEqual(decode(single, encoding), { text, malformed: [] })
  })
}

const MALFORMED: [name: string, encoding: Encoding, bytes: Buffer, offset: number, hex: string][] =
  [
    ['a byte that leads nothing', 'utf-8', at(0x61, 0xff, 0x62), 1, 'ff62'],
    ['an overlong form', 'utf-8', at(0xc1, 0xaa), 0, 'c1aa'],
    ['half of a surrogate pair', 'utf-8', at(0x61, 0xed, 0xa0, 0x80), 1, 'eda080'],
    ['a character cut off by the end', 'utf-8', at(0x61, 0xe5, 0xa5), 1, 'e5a5'],
    ['an odd last byte', 'utf-16le', at(0x61, 0x00, 0x62), 2, '62'],
    ['a lead byte before ASCII', 'gb18030', at(0x61, 0xb0, 0x2c), 1, 'b02c'],
    ['four bytes outside Unicode', 'gb18030', at(0xe3, 0x32, 0x9a, 0x36), 0, 'e3329a36'],
    ['a lead byte before ASCII', 'big5', at(0xa4, 0x2c), 0, 'a42c'],
    ['a code that Big5 assigns to nothing', 'big5', at(0x61, 0xa4, 0x40, 0x81, 0x40), 3, '8140'],
  ]

for (const [name, encoding, bytes, offset, hex] of MALFORMED) {
  test(`marks ${name} in ${encoding} and names its offset`, () => {
    const whole = decode([bytes], encoding)
    assert.deepEqual(whole.malformed[0], { offset, bytes: hex })
    assert.ok(whole.text.includes(UNDECODABLE))
    const single = decode([...Array.from(bytes, (byte) => at(byte)), Buffer.alloc(0)], encoding)
    assert.equal(single.text, whole.text)
    assert.equal(single.malformed[0]!.offset, offset)
  })
}

test('goes on decoding after malformed bytes', () => {
  const bytes = Buffer.concat([encode('好', 'utf-8'), at(0xff), encode('坏', 'utf-8')])
  assert.equal(decode([bytes], 'utf-8').text, `好${UNDECODABLE}坏`)
})

test('knows the encodings by their usual names', () => {
  const names = ['UTF-8', 'utf8', 'GBK', 'gb2312', 'CP936', 'UTF-16', 'utf_16_be', 'Big5-HKSCS']
  const known = ['utf-8', 'utf-8', 'gb18030', 'gb18030', 'gb18030', 'utf-16le', 'utf-16be', 'big5']
  assert.deepEqual(names.map(encodingNamed), known)
})

test('refuses an encoding that it does not know', () => {
  assert.throws(() => encodingNamed('latin1'), { code: 'import.encodingName' })
  assert.throws(() => encodingNamed('constructor'), { code: 'import.encodingName' })
})
